using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class LogKeyTests
{
    // RFC 8032, section 7.1: seed, public key, message, signature.
    public static TheoryData<string, string, string, string> Rfc8032 => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            Hex.Text(SHA512.HashData("abc"u8)),
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    [Theory]
    [MemberData(nameof(Rfc8032))]
    public void The_vectors_of_RFC_8032_hold(string seed, string publicKey, string message, string signature)
    {
        using var key = LogKey.Create(seed.Bytes());
        var made = new byte[LogKey.SignatureSize];
        key.Sign(message.Bytes(), made);
        Assert.Equal(publicKey, Hex.Text(key.PublicKey.Span));
        Assert.Equal(signature, Hex.Text(made));
        Assert.True(new VerifierKey("name", publicKey.Bytes()).Verify(message.Bytes(), signature.Bytes()));
    }

    [Fact]
    public void Any_flipped_bit_of_a_signature_or_a_message_is_refused()
    {
        using var key = LogKey.Create(RandomNumberGenerator.GetBytes(LogKey.SeedSize));
        var verifier = new VerifierKey("name", key.PublicKey.Span);
        byte[] signed = [.. new byte[LogKey.SignatureSize], .. "message"u8];
        key.Sign(signed.AsSpan(LogKey.SignatureSize), signed.AsSpan(0, LogKey.SignatureSize));
        Assert.True(verifier.Verify(signed.AsSpan(LogKey.SignatureSize), signed.AsSpan(0, LogKey.SignatureSize)));
        for (var bit = 0; bit < signed.Length * 8; bit++)
        {
            var changed = signed.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(verifier.Verify(changed.AsSpan(LogKey.SignatureSize), changed.AsSpan(0, LogKey.SignatureSize)), $"bit {bit}");
        }
    }

    [Fact]
    public void A_signature_of_another_length_is_refused_without_an_exception()
    {
        using var key = LogKey.Create(new byte[LogKey.SeedSize]);
        var verifier = new VerifierKey("name", key.PublicKey.Span);
        foreach (var length in new[] { 0, 1, 63, 65, 128 })
        {
            Assert.False(verifier.Verify("message"u8, new byte[length]));
        }
    }

    [Fact]
    public void The_key_of_a_log_is_the_one_of_the_vectors()
    {
        using var key = LogKey.Create(ReferenceVectors.Notes.Seed.Bytes());
        Assert.True(Origin.TryParse(ReferenceVectors.Notes.Name, out var origin));
        Assert.Equal(ReferenceVectors.Notes.Key, key.VerifierKeyFor(origin).ToString());
    }

    [Fact]
    public void A_disposed_key_signs_nothing()
    {
        var key = LogKey.Create(new byte[LogKey.SeedSize]);
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign(Encoding.UTF8.GetBytes("text"), new byte[LogKey.SignatureSize]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void A_seed_of_another_length_is_refused(int length) => Assert.Throws<ArgumentException>(() => LogKey.Create(new byte[length]));
}
