using System.Diagnostics;
using System.Runtime.InteropServices;
using Secronna.Server.Configuration;
using Secronna.Server.MasterKeys;
using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>A token behind a library that hangs or fails when a test says so (troubled-token.c).</summary>
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

    /// <summary>What the token says of itself beside what it does.</summary>
    public int MoreFlags
    {
        set => Write("more_flags", value);
    }

    /// <summary>How many calls hang now.</summary>
    public int Hanging => Read("hanging");

    public int Logins => Read("logins");

    public int Finalized => Read("finalized");

    public static async Task<TroubledToken> OfAsync(SoftHsm hsm, SoftHsmToken token)
    {
        var path = hsm.PathOf(token.Label + ".so");
        var source = Path.Combine(AppContext.BaseDirectory, "MasterKeys", "troubled-token.c");
        using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O1", $"-DREAL=\"{SoftHsm.Library}\"", "-o", path, source, "-ldl"]);
        await compiler.WaitForExitAsync();
        Assert.Equal(0, compiler.ExitCode);
        var settings = token.Settings;
        settings.Library = path;
        return new TroubledToken(NativeLibrary.Load(path), settings);
    }

    public Pkcs11MasterKeyProvider Open() => Pkcs11MasterKeyProvider.Open(Settings);

    private int Read(string name) => Marshal.ReadInt32(NativeLibrary.GetExport(library, name));

    private void Write(string name, int value) => Marshal.WriteInt32(NativeLibrary.GetExport(library, name), value);
}
