using System.Security.Cryptography;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class BoxHashTests
{
    [Fact]
    public void A_box_hash_is_SHA_256_of_the_ciphertext()
    {
        var bytes = new byte[BoxHash.Size];
        BoxHash.Of("box"u8).CopyTo(bytes);
        Assert.Equal(SHA256.HashData("box"u8), bytes);
        Assert.Equal(Hex.Text(bytes), BoxHash.Of("box"u8).ToString());
    }

    [Fact]
    public void Hashes_are_equal_exactly_if_their_bytes_are()
    {
        var bytes = SHA256.HashData("box"u8);
        Assert.Equal(BoxHash.Of("box"u8), BoxHash.FromBytes(bytes));
        for (var i = 0; i < bytes.Length; i++)
        {
            var other = bytes.ToArray();
            other[i] ^= 1;
            Assert.NotEqual(BoxHash.FromBytes(bytes), BoxHash.FromBytes(other));
        }
    }

    [Fact]
    public void Other_sizes_are_argument_errors()
    {
        Assert.Throws<ArgumentException>(() => BoxHash.FromBytes(new byte[31]));
        Assert.Throws<ArgumentException>(() => BoxHash.FromBytes(new byte[33]));
        Assert.Throws<ArgumentException>(() => BoxHash.Of([]).CopyTo(new byte[31]));
    }
}
