using System.Numerics;
using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class VerifierKeyTests
{
    private const int PublicKeySize = 32;

    private static readonly NoteVectors Vectors = ReferenceVectors.Notes;

    public static TheoryData<string> Keys => [Vectors.Key, Vectors.OtherKey, .. Vectors.Good.Select(good => good.Key).OfType<string>()];

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_of_another_implementation_is_read_and_written_back(string text)
    {
        Assert.True(VerifierKey.TryParse(text, out var key));
        Assert.Equal(text, key.ToString());
        Assert.Equal(text, new VerifierKey(key.Name, key.PublicKey.Span).ToString());
    }

    [Fact]
    public void Any_flipped_bit_of_a_key_is_refused()
    {
        for (var bit = 0; bit < Vectors.Key.Length * 7; bit++)
        {
            var changed = Vectors.Key.ToCharArray();
            changed[bit / 7] ^= (char)(1 << (bit % 7));
            Assert.False(VerifierKey.TryParse(new string(changed), out _), new string(changed));
        }
    }

    [Fact]
    public void Random_text_is_refused_without_an_exception() =>
        Gen.OneOf(Gen.String, Gen.String.Select(Gen.String, (a, b) => $"{a}+00000000+{b}")).Sample(text => Assert.False(VerifierKey.TryParse(text, out _)));

    [Fact]
    public void A_point_of_small_order_and_what_is_no_point_are_not_keys()
    {
        byte[] identity = [1, .. new byte[31]];
        byte[] order4 = new byte[32];
        byte[] noPoint = [2, .. new byte[31]];
        byte[] tooLarge = [.. Enumerable.Repeat((byte)0xFF, 32)];
        foreach (var bytes in new[] { identity, order4, noPoint, tooLarge, [], new byte[33] })
        {
            Assert.Throws<ArgumentException>(() => new VerifierKey("name", bytes));
        }
    }

    [Fact]
    public void A_sound_key_with_a_point_of_small_order_added_is_not_a_key()
    {
        // Adding the point (0, -1), of order 2, negates both coordinates.
        using var key = LogKey.Create(Vectors.Seed.Bytes());
        var bytes = key.PublicKey.ToArray();
        var signOfX = bytes[^1] & 0x80;
        bytes[^1] ^= (byte)signOfX;
        var negated = (BigInteger.One << 255) - 19 - new BigInteger(bytes, isUnsigned: true);
        byte[] moved = [.. negated.ToByteArray(isUnsigned: true), .. new byte[PublicKeySize]];
        moved = moved[..PublicKeySize];
        moved[^1] |= (byte)(signOfX ^ 0x80);
        Assert.Throws<ArgumentException>(() => new VerifierKey("name", moved));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\nb")]
    [InlineData("a\u2028b")]
    [InlineData("a\ud800b")]
    public void A_name_with_what_notes_do_not_allow_is_refused(string name)
    {
        using var key = LogKey.Create(Vectors.Seed.Bytes());
        Assert.Throws<ArgumentException>(() => new VerifierKey(name, key.PublicKey.Span));
    }
}
