using System.Security.Cryptography;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class DerivedKeyTests
{
    private readonly byte[] installationKey = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void Different_labels_or_installation_keys_give_different_keys()
    {
        HashSet<string> keys = [];
        foreach (var root in new[] { installationKey, RandomNumberGenerator.GetBytes(32) })
        {
            foreach (var label in new[] { "a", "b", "aa", "a ", "A" })
            {
                keys.Add(Hex.Text(Derived(root, label)));
            }
        }

        Assert.Equal(10, keys.Count);
        Assert.DoesNotContain(Hex.Text(installationKey), keys);
    }

    [Fact]
    public void A_label_always_gives_the_same_key() =>
        Assert.Equal(Derived(installationKey, "cursor"), Derived(installationKey, "cursor"));

    [Fact]
    public void A_key_label_or_length_out_of_bounds_is_an_argument_error()
    {
        Assert.Throws<ArgumentException>(() => Derived(new byte[31], "cursor"));
        Assert.Throws<ArgumentException>(() => Derived(installationKey, ""));
        Assert.Throws<ArgumentException>(() => Derived(installationKey, new string('l', 129)));
        Assert.Throws<ArgumentException>(() => Derived(installationKey, "cursor", 0));
        Assert.Throws<ArgumentException>(() => Derived(installationKey, "cursor", 8161));
    }

    private static byte[] Derived(byte[] installationKey, string label, int size = 32)
    {
        var key = new byte[size];
        DerivedKey.Derive(installationKey, label, key);
        return key;
    }
}
