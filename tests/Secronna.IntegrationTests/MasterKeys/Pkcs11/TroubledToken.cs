using System.Diagnostics;
using System.Runtime.InteropServices;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Pkcs11;
using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Pkcs11;

/// <summary>A token whose library hangs or fails when a test says so (troubled-token.c).</summary>
internal sealed class TroubledToken
{
    private readonly nint library;

    private TroubledToken(nint library, MasterKeySettings settings) => (this.library, Settings) = (library, settings);

    public MasterKeySettings Settings { get; }

    public bool Hangs
    {
        set => Write("hang", value ? 1 : 0);
    }

    public bool Fails
    {
        set => Write("fail", value ? 1 : 0);
    }

    public bool FailsToDecrypt
    {
        set => Write("fail_to_decrypt", value ? 1 : 0);
    }

    /// <summary>Flags that the token reports in addition to its own.</summary>
    public int MoreFlags
    {
        set => Write("more_flags", value);
    }

    /// <summary>The number of calls that hang now.</summary>
    public int Hanging => Read("hanging");

    public int Logins => Read("logins");

    public int Finalized => Read("finalized");

    public static async Task<TroubledToken> CreateAsync(SoftHsm hsm, SoftHsmToken token)
    {
        var path = hsm.PathOf(token.Label + ".so");
        var source = Path.Combine(AppContext.BaseDirectory, "MasterKeys", "Pkcs11", "troubled-token.c");
        using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O1", $"-DREAL=\"{SoftHsm.Library}\"", "-o", path, source, "-ldl"]);
        await compiler.WaitForExitAsync();
        Assert.Equal(0, compiler.ExitCode);
        var settings = token.Settings;
        settings.Library = path;
        return new TroubledToken(NativeLibrary.Load(path), settings);
    }

    public Pkcs11MasterKeyProvider Open() => Pkcs11Setup.Open(Settings);

    private int Read(string name) => Marshal.ReadInt32(NativeLibrary.GetExport(library, name));

    private void Write(string name, int value) => Marshal.WriteInt32(NativeLibrary.GetExport(library, name), value);
}
