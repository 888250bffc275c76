using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Pkcs11;
using Xunit;

namespace Secronna.Tests.Pkcs11;

/// <summary>A token that belongs to one test, with the operations of its administrator.</summary>
internal sealed class SoftHsmToken(SoftHsm hsm, string label, string pinFile)
{
    public const string Pin = "user-pin-5678";

    private static readonly byte[] ImportableBytes = [.. Enumerable.Range(1, 255).Except(['\n']).Select(value => (byte)value)];

    public string Label => label;

    public MasterKeySettings Settings => new() { Provider = "Pkcs11", Library = SoftHsm.Library, Token = label, PinFile = pinFile };

    /// <summary>The settings that name the token, by their last part.</summary>
    public Dictionary<string, string> SettingsByName => new()
    {
        ["Provider"] = "Pkcs11", ["Library"] = SoftHsm.Library, ["Token"] = label, ["PinFile"] = pinFile,
    };

    public Pkcs11MasterKeyProvider Open() => Pkcs11Setup.Open(Settings);

    public void Generate(string id) => Pkcs11Setup.Generate(Settings, id);

    /// <summary>A random key without zero bytes and line breaks, where SoftHSM's tool would stop reading it.</summary>
    public static byte[] ImportableKey(int size = 32) => RandomNumberGenerator.GetItems<byte>(ImportableBytes, size);

    /// <summary>Imports a key with known bytes into the token, from another process.</summary>
    public void Import(string id, byte[] key, string objectId = "01")
    {
        var path = hsm.PathOf(label + ".key");
        File.WriteAllBytes(path, key);
        hsm.Run("--import", path, "--aes", "--token", label, "--label", id, "--id", objectId, "--pin", Pin, "--force");
        File.Delete(path);
    }

    /// <summary>Removes the token with all its keys, from another process.</summary>
    public void Remove() => hsm.Run("--delete-token", "--token", label);

    public void Delete(string id) => Use(session =>
    {
        foreach (var key in session.FindKeys(id))
        {
            Pkcs11Module.Require(session.Native.C_DestroyObject(session.Handle, key), nameof(session.Native.C_DestroyObject));
        }
    });

    /// <summary>Closes all sessions of this process at the token, as happens when a token is removed and inserted again.</summary>
    public void CloseAllSessions() => WithModule(module =>
    {
        var slot = module.Slots().Single(slot => slot.Label == label);
        Assert.Equal(CKR.CKR_OK, module.Native.C_CloseAllSessions(slot.Id));
    });

    /// <summary>Logs out all sessions of this process at the token.</summary>
    public void LogOut() => Use(session => Assert.Equal(CKR.CKR_OK, session.Native.C_Logout(session.Handle)));

    public void Use(Action<Pkcs11Session> use) => WithModule(module =>
    {
        using var session = new Pkcs11Token(module, label, pinFile).Open(forWriting: true)!;
        use(session);
    });

    private static void WithModule(Action<Pkcs11Module> use)
    {
        var module = Pkcs11Module.Acquire(SoftHsm.Library);
        try
        {
            use(module);
        }
        finally
        {
            module.Release();
        }
    }
}
