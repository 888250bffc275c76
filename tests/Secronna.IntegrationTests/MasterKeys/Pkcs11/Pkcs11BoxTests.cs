using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;
using Secronna.Crypto;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Pkcs11;
using Secronna.Tests.Pkcs11;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Pkcs11;

/// <summary>Boxes made in a token have the format of boxes made in this process, and the keys of a token stay in it.</summary>
[Collection(SoftHsmCollection.Name)]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class Pkcs11BoxTests(SoftHsm hsm)
{
    private static readonly MasterKeyBinding Kek = MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", "mk_1");
    private static readonly MasterKeyBinding Installation = MasterKeyBinding.ForInstallationKey("mk_1");

    private readonly byte[] masterKey = SoftHsmToken.ImportableKey();
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_box_made_in_the_token_opens_with_the_same_key_in_this_process()
    {
        using var provider = Imported();
        foreach (var binding in (MasterKeyBinding[])[Kek, Installation])
        {
            var box = await provider.WrapAsync(binding, key, Cancellation);
            Assert.Equal(78, box.Length);
            var opened = new byte[32];
            MasterKeyWrap.Unwrap(masterKey, binding, box, opened);
            Assert.Equal(key, opened);
        }
    }

    [Fact]
    public async Task A_box_made_in_this_process_opens_with_the_same_key_in_the_token()
    {
        using var provider = Imported();
        foreach (var binding in (MasterKeyBinding[])[Kek, Installation])
        {
            var opened = new byte[32];
            await provider.UnwrapAsync(binding, MasterKeyWrap.Wrap(masterKey, binding, key), opened, Cancellation);
            Assert.Equal(key, opened);
        }
    }

    [Fact]
    public void A_generated_key_is_sensitive_and_cannot_be_extracted_or_read()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        token.Use(session =>
        {
            var made = Assert.Single(session.FindKeys("mk_1"));
            Assert.True(Flag(session, made, CKA.CKA_TOKEN));
            Assert.True(Flag(session, made, CKA.CKA_PRIVATE));
            Assert.True(Flag(session, made, CKA.CKA_SENSITIVE));
            Assert.False(Flag(session, made, CKA.CKA_EXTRACTABLE));
            Assert.True(Flag(session, made, CKA.CKA_ENCRYPT));
            Assert.True(Flag(session, made, CKA.CKA_DECRYPT));
            Assert.False(Flag(session, made, CKA.CKA_WRAP));
            Assert.False(Flag(session, made, CKA.CKA_UNWRAP));
            Assert.Equal(CKR.CKR_ATTRIBUTE_SENSITIVE, Read(session, made, CKA.CKA_VALUE, new byte[32]));
        });
    }

    [Fact]
    public void A_key_is_not_generated_under_an_id_that_exists()
    {
        var token = hsm.NewToken();
        token.Generate("mk_1");
        var refusal = Assert.Throws<SettingsException>(() => token.Generate("mk_1"));
        Assert.Contains("label mk_1", refusal.Message, StringComparison.Ordinal);
        token.Use(session => Assert.Equal(["mk_1"], session.ListKeyIds()));
    }

    [Fact]
    public async Task Only_AES_256_keys_whose_label_is_a_valid_id_are_master_keys()
    {
        var token = hsm.NewToken();
        token.Import("mk_2", masterKey, "01");
        token.Import("mk_1", SoftHsmToken.ImportableKey(), "02");
        token.Import("aes_128", SoftHsmToken.ImportableKey(16), "03");
        token.Import("not an id", SoftHsmToken.ImportableKey(), "04");
        token.Import(new string('x', 65), SoftHsmToken.ImportableKey(), "05");
        token.Import(new string('x', 64), SoftHsmToken.ImportableKey(), "06");
        using var provider = token.Open();
        Assert.Equal(["mk_1", "mk_2", new string('x', 64)], await provider.ListAsync(Cancellation));
        var aes128 = MasterKeyBinding.ForInstallationKey("aes_128");
        await Assert.ThrowsAsync<MasterKeyMissingException>(() => provider.WrapAsync(aes128, key, Cancellation).AsTask());
    }

    private Pkcs11MasterKeyProvider Imported()
    {
        var token = hsm.NewToken();
        token.Import("mk_1", masterKey);
        return token.Open();
    }

    private static bool Flag(Pkcs11Session session, ulong key, CKA attribute)
    {
        var value = new byte[1];
        Assert.Equal(CKR.CKR_OK, Read(session, key, attribute, value));
        return value[0] != 0;
    }

    private static unsafe CKR Read(Pkcs11Session session, ulong key, CKA attribute, byte[] value)
    {
        fixed (byte* address = value)
        {
            CK_ATTRIBUTE[] asked = [new() { type = (ulong)attribute, value = (nint)address, valueLen = (ulong)value.Length }];
            return session.Native.C_GetAttributeValue(session.Handle, key, asked, 1);
        }
    }
}
