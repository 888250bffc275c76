using System.Security.Cryptography;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class KeyedHashTests
{
    [Fact]
    public void Hashes_are_equal_if_and_only_if_all_their_bytes_are()
    {
        var hash = RandomNumberGenerator.GetBytes(32);
        Assert.True(KeyedHash.Equal(hash, hash.ToArray()));
        for (var i = 0; i < hash.Length; i++)
        {
            var other = hash.ToArray();
            other[i] ^= 1;
            Assert.False(KeyedHash.Equal(hash, other));
        }
    }

    [Fact]
    public void Bytes_of_another_length_than_a_hash_equal_nothing()
    {
        Assert.False(KeyedHash.Equal([], []));
        Assert.False(KeyedHash.Equal(new byte[31], new byte[31]));
        Assert.False(KeyedHash.Equal(new byte[32], new byte[31]));
        Assert.False(KeyedHash.Equal(new byte[33], new byte[33]));
    }

    [Fact]
    public void A_short_key_or_a_hash_of_the_wrong_length_is_an_argument_error()
    {
        Assert.Throws<ArgumentException>(() => KeyedHash.Compute(new byte[31], [], new byte[32]));
        Assert.Throws<ArgumentException>(() => KeyedHash.Compute(new byte[32], [], new byte[31]));
        Assert.Throws<ArgumentException>(() => KeyedHash.Compute(new byte[32], [], new byte[33]));
    }
}
