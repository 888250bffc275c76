using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;
using Secronna.Server.Configuration;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>A token that a library sees: where, what it is called, and what it says of itself (<c>CKF_…</c>).</summary>
internal sealed record Pkcs11Slot(ulong Id, string Label, ulong Flags);

/// <summary>
/// A PKCS#11 library (OASIS PKCS #11 v2.40). It is initialized once in a process, so that all who use one share it, and the
/// last one finalizes it. It stays loaded: what libraries leave behind at a process's end must find their code.
/// </summary>
internal sealed class Pkcs11Module
{
    private static readonly ConcurrentDictionary<string, Pkcs11Module> Modules = new(StringComparer.Ordinal);

    private readonly Lock gate = new();
    private int users;
    private bool isOurs;

    static Pkcs11Module() => NativeLibrary.SetDllImportResolver(typeof(Pkcs11Library).Assembly, FindLoader);

    private Pkcs11Module(Pkcs11Library native) => Native = native;

    /// <summary>The library's functions, as a 64-bit Unix passes their numbers.</summary>
    public Pkcs11Library Native { get; }

    /// <summary>Begins to use a library; each use ends with <see cref="Leave"/>.</summary>
    /// <exception cref="SettingsException">It can't be loaded, or this system has another layout of numbers.</exception>
    /// <exception cref="Pkcs11Exception">It refuses to be initialized.</exception>
    public static Pkcs11Module Enter(string path)
    {
        var module = Modules.GetOrAdd(Path.GetFullPath(path), Load);
        lock (module.gate)
        {
            if (module.users == 0)
            {
                module.Initialize();
            }

            module.users++;
        }

        return module;
    }

    public void Leave()
    {
        lock (gate)
        {
            if (--users == 0 && isOurs)
            {
                Native.C_Finalize(IntPtr.Zero);
            }
        }
    }

    /// <summary>The tokens that are there now.</summary>
    /// <exception cref="Pkcs11Exception">It can't tell.</exception>
    public List<Pkcs11Slot> Slots()
    {
        var slots = new List<Pkcs11Slot>();
        foreach (var id in SlotIds())
        {
            var info = default(CK_TOKEN_INFO);
            // A token may be pulled between the two questions.
            if (Native.C_GetTokenInfo(id, ref info) == CKR.CKR_OK)
            {
                slots.Add(new Pkcs11Slot(id, Encoding.UTF8.GetString(info.Label).TrimEnd(' ', '\0'), info.Flags));
            }
        }

        return slots;
    }

    /// <exception cref="Pkcs11Exception">The answer isn't <c>CKR_OK</c>.</exception>
    public static void Require(CKR answer, string function)
    {
        if (answer != CKR.CKR_OK)
        {
            throw new Pkcs11Exception(function, answer);
        }
    }

    private static Pkcs11Module Load(string path)
    {
        if (OperatingSystem.IsWindows() || !Environment.Is64BitProcess)
        {
            throw new SettingsException("master key: Pkcs11 works on 64-bit Linux and macOS alone");
        }

        if (!File.Exists(path))
        {
            throw new SettingsException($"master key: there is no library {path}: set Secronna__MasterKey__Library to the token's");
        }

        try
        {
            return new Pkcs11Module(new Pkcs11Library(path));
        }
        catch (Exception exception) when (exception is UnmanagedException or Pkcs11Exception)
        {
            throw new SettingsException(
                $"master key: {path} is no PKCS#11 library that can be loaded: set Secronna__MasterKey__Library to the token's");
        }
    }

    // dlopen is asked for in "libdl", which systems without compilers have by the name with its version alone; musl has it in libc.
    private static nint FindLoader(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "libdl" && (NativeLibrary.TryLoad("libdl.so.2", out var handle) || NativeLibrary.TryLoad("libc", out handle)) ? handle : 0;

    private void Initialize()
    {
        var answer = Native.C_Initialize(new CK_C_INITIALIZE_ARGS { Flags = CKF.CKF_OS_LOCKING_OK });
        isOurs = answer == CKR.CKR_OK;
        if (answer != CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED)
        {
            Require(answer, nameof(Native.C_Initialize));
        }
    }

    private IEnumerable<ulong> SlotIds()
    {
        while (true)
        {
            var count = 0UL;
            Require(Native.C_GetSlotList(true, null, ref count), nameof(Native.C_GetSlotList));
            var ids = new ulong[count];
            var answer = Native.C_GetSlotList(true, ids, ref count);
            // One more came in between.
            if (answer != CKR.CKR_BUFFER_TOO_SMALL)
            {
                Require(answer, nameof(Native.C_GetSlotList));
                return ids.Take((int)count);
            }
        }
    }
}
