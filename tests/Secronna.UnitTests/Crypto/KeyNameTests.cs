using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class KeyNameTests
{
    [Fact]
    public void A_name_writes_the_bytes_it_was_created_from()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        var copy = new byte[20];
        KeyName.FromBytes(bytes).CopyTo(copy.AsSpan(2));
        Assert.Equal([0, 0, .. bytes, 0, 0], copy);
    }

    [Fact]
    public void Names_are_equal_if_and_only_if_their_bytes_are()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        var name = KeyName.FromBytes(bytes);
        Assert.Equal(name, KeyName.FromBytes(bytes));
        for (var i = 0; i < 16; i++)
        {
            var other = bytes.ToArray();
            other[i] ^= 1;
            Assert.NotEqual(name, KeyName.FromBytes(other));
        }
    }

    [Fact]
    public void A_master_keys_name_is_the_start_of_the_hash_of_its_id()
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes("mk_ä"));
        Assert.Equal(KeyName.FromBytes(hash.AsSpan(0, 16)), KeyName.FromMasterKeyId("mk_ä"));
        Assert.NotEqual(KeyName.FromMasterKeyId("mk_1"), KeyName.FromMasterKeyId("mk_2"));
    }

    [Fact]
    public void Wrong_lengths_and_invalid_ids_are_argument_errors()
    {
        Assert.Throws<ArgumentException>(() => KeyName.FromBytes(new byte[15]));
        Assert.Throws<ArgumentException>(() => KeyName.FromBytes(new byte[17]));
        Assert.Throws<ArgumentException>(() => KeyName.FromMasterKeyId(""));
        Assert.Throws<ArgumentException>(() => KeyName.FromMasterKeyId(new string('m', 129)));
        Assert.Throws<ArgumentException>(() => KeyName.FromMasterKeyId("\ud800"));
        Assert.Throws<ArgumentException>(() => KeyName.FromMasterKeyId("m").CopyTo(new byte[15]));
    }
}
