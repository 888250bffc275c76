using System.Security.Cryptography;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class TokenWrapTests
{
    private static readonly MasterKeyBinding Kek = MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", "mk_1");
    private static readonly MasterKeyBinding Installation = MasterKeyBinding.ForInstallationKey("mk_1");

    private static readonly MasterKeyBinding[] UnusableBindings =
    [
        default,
        MasterKeyBinding.ForInstallationKey(""),
        MasterKeyBinding.ForInstallationKey(new string('m', 129)),
        MasterKeyBinding.ForKek("", "p", "k", "m"),
        MasterKeyBinding.ForKek("w", null!, "k", "m"),
        MasterKeyBinding.ForKek("w", "p", "\udc00", "m"),
    ];

    private readonly byte[] masterKey = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] keyBytes = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void A_box_made_with_a_token_opens_with_the_same_key_in_this_process()
    {
        foreach (var binding in (MasterKeyBinding[])[Kek, Installation])
        {
            var box = Sealed(TokenWrap.ForWrapping(binding));
            var opened = new byte[32];
            MasterKeyWrap.Unwrap(masterKey, binding, box, opened);
            Assert.Equal(keyBytes, opened);
        }
    }

    [Fact]
    public void A_box_made_in_this_process_gives_the_inputs_for_the_token()
    {
        var box = MasterKeyWrap.Wrap(masterKey, Kek, keyBytes);
        var wrap = TokenWrap.ForUnwrapping(Kek, box);
        Assert.Equal(box, (byte[])[.. wrap.Header, .. wrap.Sealed]);
        Assert.Equal(wrap.Header[18..], wrap.Nonce);
        Assert.Equal(box, wrap.ToBox(wrap.Sealed));
        Assert.Equal(keyBytes, Opened(wrap));
    }

    [Fact]
    public void Unwrapping_uses_the_associated_data_that_wrapping_used()
    {
        var made = TokenWrap.ForWrapping(Kek);
        Assert.Empty(made.Sealed);
        Assert.Equal(TokenWrap.ForUnwrapping(Kek, Sealed(made)).AssociatedData, made.AssociatedData);
    }

    [Fact]
    public void No_nonce_repeats()
    {
        const int Wraps = 5000;
        var nonces = Enumerable.Range(0, Wraps).Select(_ => Hex.Text(TokenWrap.ForWrapping(Kek).Nonce)).ToHashSet();
        Assert.Equal(Wraps, nonces.Count);
    }

    [Fact]
    public void A_box_that_is_not_by_the_master_key_is_refused_before_the_token_is_asked()
    {
        var box = Sealed(TokenWrap.ForWrapping(Kek));
        Refused(MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_1", "mk_2"), box);
        for (var bit = 0; bit < 18 * 8; bit++)
        {
            var changed = box.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(Kek, changed);
        }

        for (var length = 0; length < 160; length++)
        {
            if (length != box.Length)
            {
                var changed = box.ToArray();
                Array.Resize(ref changed, length);
                Refused(Kek, changed);
            }
        }
    }

    [Fact]
    public void Another_binding_gives_other_associated_data()
    {
        var box = Sealed(TokenWrap.ForWrapping(Kek));
        MasterKeyBinding[] others =
        [
            MasterKeyBinding.ForKek("acc_2", "prj_1", "kek_1", "mk_1"),
            MasterKeyBinding.ForKek("acc_1", "prj_2", "kek_1", "mk_1"),
            MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_2", "mk_1"),
            Installation,
        ];
        foreach (var other in others)
        {
            Assert.ThrowsAny<CryptographicException>(() => Opened(TokenWrap.ForUnwrapping(other, box)));
        }
    }

    [Fact]
    public void An_invalid_binding_is_an_argument_error_when_wrapping_and_a_decryption_error_when_unwrapping()
    {
        var box = Sealed(TokenWrap.ForWrapping(Kek));
        foreach (var binding in UnusableBindings)
        {
            Assert.Throws<ArgumentException>(() => TokenWrap.ForWrapping(binding));
            Refused(binding, box);
            // It is also refused when the header names the right master key.
            if (binding.MasterKeyId == "m")
            {
                KeyName.FromMasterKeyId("m").CopyTo(box.AsSpan(2));
                Refused(binding, box);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(47)]
    [InlineData(49)]
    public void Token_output_of_the_wrong_length_is_an_argument_error(int length) =>
        Assert.Throws<ArgumentException>(() => TokenWrap.ForWrapping(Kek).ToBox(new byte[length]));

    private byte[] Sealed(TokenWrap wrap)
    {
        var output = new byte[32 + Aes256Gcm.TagSize];
        using var aes = new AesGcm(masterKey, Aes256Gcm.TagSize);
        aes.Encrypt(wrap.Nonce, keyBytes, output.AsSpan(0, 32), output.AsSpan(32), wrap.AssociatedData);
        return wrap.ToBox(output);
    }

    private byte[] Opened(TokenWrap wrap)
    {
        var opened = new byte[32];
        using var aes = new AesGcm(masterKey, Aes256Gcm.TagSize);
        aes.Decrypt(wrap.Nonce, wrap.Sealed.AsSpan(0, 32), wrap.Sealed.AsSpan(32), opened, wrap.AssociatedData);
        return opened;
    }

    private static void Refused(MasterKeyBinding binding, byte[] box) =>
        Assert.Throws<DecryptionException>(() => TokenWrap.ForUnwrapping(binding, box));
}
