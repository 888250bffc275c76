using System.Security.Cryptography;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class DerivedKeyTests
{
    private readonly byte[] _installationKey = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void Every_label_and_every_installation_key_has_its_own_key()
    {
        HashSet<string> keys = [];
        foreach (var installationKey in new[] { _installationKey, RandomNumberGenerator.GetBytes(32) })
        {
            foreach (var label in new[] { "a", "b", "aa", "a ", "A" })
                keys.Add(Hex.Text(Derived(installationKey, label)));
        }

        Assert.Equal(10, keys.Count);
        Assert.DoesNotContain(Hex.Text(_installationKey), keys);
    }

    [Fact]
    public void A_label_always_gives_the_same_key() =>
        Assert.Equal(Derived(_installationKey, "cursor"), Derived(_installationKey, "cursor"));

    [Fact]
    public void A_wrong_key_label_or_length_is_a_mistake()
    {
        Assert.Throws<ArgumentException>(() => Derived(new byte[31], "cursor"));
        Assert.Throws<ArgumentException>(() => Derived(_installationKey, ""));
        Assert.Throws<ArgumentException>(() => Derived(_installationKey, new string('l', 129)));
        Assert.Throws<ArgumentException>(() => Derived(_installationKey, "cursor", 0));
        Assert.Throws<ArgumentException>(() => Derived(_installationKey, "cursor", 8161));
    }

    private static byte[] Derived(byte[] installationKey, string label, int size = 32)
    {
        var key = new byte[size];
        DerivedKey.Derive(installationKey, label, key);
        return key;
    }
}
