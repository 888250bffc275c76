using System.Reflection;
using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>Loads PKCS#11 libraries.</summary>
internal static class Pkcs11Loader
{
    static Pkcs11Loader() => NativeLibrary.SetDllImportResolver(typeof(Pkcs11Library).Assembly, ResolveLibdl);

    /// <exception cref="SettingsException">The library can't be loaded, or this system is not supported.</exception>
    public static Pkcs11Library Load(string path)
    {
        if (OperatingSystem.IsWindows() || !Environment.Is64BitProcess)
        {
            throw new SettingsException("master key: Pkcs11 works only on 64-bit Linux and macOS");
        }

        if (!File.Exists(path))
        {
            throw new SettingsException($"master key: there is no library {path}: set Secronna__MasterKey__Library to the token's");
        }

        try
        {
            return new Pkcs11Library(path);
        }
        catch (Exception exception) when (exception is UnmanagedException or Pkcs11Exception)
        {
            throw new SettingsException(
                $"master key: {path} is no PKCS#11 library that can be loaded: set Secronna__MasterKey__Library to the token's");
        }
    }

    // Pkcs11Interop imports dlopen from "libdl". Systems without a compiler have that library only under its versioned name, and
    // musl has dlopen in libc.
    private static nint ResolveLibdl(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "libdl" && (NativeLibrary.TryLoad("libdl.so.2", out var handle) || NativeLibrary.TryLoad("libc", out handle)) ? handle : 0;
}
