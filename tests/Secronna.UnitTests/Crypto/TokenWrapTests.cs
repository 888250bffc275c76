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

    private readonly byte[] _masterKey = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void A_box_made_of_what_a_token_gives_is_one_of_a_key_at_hand()
    {
        foreach (var binding in (MasterKeyBinding[])[Kek, Installation])
        {
            var box = Sealed(TokenWrap.New(binding));
            var opened = new byte[32];
            MasterKeyWrap.Unwrap(_masterKey, binding, box, opened);
            Assert.Equal(_key, opened);
        }
    }

    [Fact]
    public void A_box_of_a_key_at_hand_is_taken_apart_for_the_token()
    {
        var box = MasterKeyWrap.Wrap(_masterKey, Kek, _key);
        var wrap = TokenWrap.Of(Kek, box);
        Assert.Equal(box, (byte[])[.. wrap.Header, .. wrap.Sealed]);
        Assert.Equal(wrap.Header[18..], wrap.Nonce);
        Assert.Equal(box, wrap.Box(wrap.Sealed));
        Assert.Equal(_key, Opened(wrap));
    }

    [Fact]
    public void Taking_a_box_apart_gives_the_associated_data_that_it_was_made_with()
    {
        var made = TokenWrap.New(Kek);
        Assert.Empty(made.Sealed);
        Assert.Equal(TokenWrap.Of(Kek, Sealed(made)).AssociatedData, made.AssociatedData);
    }

    [Fact]
    public void No_nonce_ever_comes_twice()
    {
        const int Wraps = 5000;
        var nonces = Enumerable.Range(0, Wraps).Select(_ => Hex.Text(TokenWrap.New(Kek).Nonce)).ToHashSet();
        Assert.Equal(Wraps, nonces.Count);
    }

    [Fact]
    public void What_is_no_box_of_the_master_key_is_refused_before_a_token_is_asked()
    {
        var box = Sealed(TokenWrap.New(Kek));
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
    public void Another_place_gives_other_associated_data()
    {
        var box = Sealed(TokenWrap.New(Kek));
        MasterKeyBinding[] others =
        [
            MasterKeyBinding.ForKek("acc_2", "prj_1", "kek_1", "mk_1"),
            MasterKeyBinding.ForKek("acc_1", "prj_2", "kek_1", "mk_1"),
            MasterKeyBinding.ForKek("acc_1", "prj_1", "kek_2", "mk_1"),
            Installation,
        ];
        foreach (var other in others)
            Assert.ThrowsAny<CryptographicException>(() => Opened(TokenWrap.Of(other, box)));
    }

    [Fact]
    public void A_binding_that_names_nothing_is_a_mistake_to_wrap_and_refused_to_unwrap()
    {
        var box = Sealed(TokenWrap.New(Kek));
        foreach (var binding in UnusableBindings)
        {
            Assert.Throws<ArgumentException>(() => TokenWrap.New(binding));
            Refused(binding, box);
            // With the header of the master key too, where it has one.
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
    public void A_token_that_gives_something_else_is_a_mistake(int length) =>
        Assert.Throws<ArgumentException>(() => TokenWrap.New(Kek).Box(new byte[length]));

    private byte[] Sealed(TokenWrap wrap)
    {
        var output = new byte[32 + TokenWrap.TagSize];
        using var aes = new AesGcm(_masterKey, TokenWrap.TagSize);
        aes.Encrypt(wrap.Nonce, _key, output.AsSpan(0, 32), output.AsSpan(32), wrap.AssociatedData);
        return wrap.Box(output);
    }

    private byte[] Opened(TokenWrap wrap)
    {
        var opened = new byte[32];
        using var aes = new AesGcm(_masterKey, TokenWrap.TagSize);
        aes.Decrypt(wrap.Nonce, wrap.Sealed.AsSpan(0, 32), wrap.Sealed.AsSpan(32), opened, wrap.AssociatedData);
        return opened;
    }

    private static void Refused(MasterKeyBinding binding, byte[] box) =>
        Assert.Throws<DecryptionException>(() => TokenWrap.Of(binding, box));
}
