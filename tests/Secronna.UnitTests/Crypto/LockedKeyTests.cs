using System.Globalization;
using System.Security.Cryptography;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class LockedKeyTests
{
    private readonly LockedMemory memory = new();
    private readonly byte[] keyBytes = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void A_key_has_the_bytes_it_was_created_from()
    {
        using var key = LockedKey.Create(keyBytes);
        Assert.Equal(keyBytes, key.Bytes.ToArray());
    }

    [Fact]
    public void Disposing_zeroes_the_key_and_disposing_again_does_nothing()
    {
        var key = LockedKey.Create(keyBytes, memory);
        var slot = key.Slot;
        key.Dispose();
        Assert.Equal(new byte[32], LockedMemory.Bytes(slot).ToArray());

        using var next = LockedKey.Create(keyBytes, memory);
        Assert.Equal(slot, next.Slot);
        key.Dispose();
        Assert.Equal(keyBytes, next.Bytes.ToArray());
        Assert.Throws<ObjectDisposedException>(() => _ = key.Bytes.Length);
    }

    [Fact]
    public void Keys_do_not_overlap_even_across_pages()
    {
        var keys = Enumerable.Range(0, 5000)
            .Select(i => (Bytes: RandomNumberGenerator.GetBytes(32), Number: i)).ToList();
        var locked = keys.Select(key => LockedKey.Create(key.Bytes, memory)).ToList();
        for (var i = 0; i < keys.Count; i += 2)
        {
            locked[i].Dispose();
        }

        for (var i = 1; i < keys.Count; i += 2)
        {
            Assert.Equal(keys[i].Bytes, locked[i].Bytes.ToArray());
        }

        Assert.Equal(keys.Count / 2, locked.Where((_, i) => i % 2 == 1).Select(key => key.Slot).Distinct().Count());
        for (var i = 1; i < keys.Count; i += 2)
        {
            locked[i].Dispose();
        }
    }

    [Fact]
    public void Keys_share_pages_and_reuse_them()
    {
        var slots = new HashSet<nint>();
        for (var i = 0; i < 1000; i++)
        {
            using var key = LockedKey.Create(keyBytes, memory);
            slots.Add(key.Slot);
        }

        Assert.Single(slots);
        using LockedKey first = LockedKey.Create(keyBytes, memory), second = LockedKey.Create(keyBytes, memory);
        Assert.Equal(first.Slot / Environment.SystemPageSize, second.Slot / Environment.SystemPageSize);
    }

    [Fact]
    public void A_key_of_the_wrong_length_is_an_argument_error()
    {
        Assert.Throws<ArgumentException>(() => LockedKey.Create(new byte[31]));
        Assert.Throws<ArgumentException>(() => LockedKey.Create(new byte[33]));
    }

    [Fact]
    public void The_page_of_a_key_is_left_out_of_core_dumps()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux is asked to leave pages out of core dumps.");
        using var key = LockedKey.Create(keyBytes, memory);
        Assert.Contains(" dd", FlagsOfMapping(key.Slot), StringComparison.Ordinal);
    }

    // The VmFlags line in /proc/self/smaps of the mapping that contains the address. "dd" means "do not include in core dump".
    private static string FlagsOfMapping(nint address)
    {
        var inMapping = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var range = line.Split(' ')[0].Split('-');
            if (range.Length == 2
                && nint.TryParse(range[0], NumberStyles.HexNumber, null, out var start)
                && nint.TryParse(range[1], NumberStyles.HexNumber, null, out var end))
            {
                inMapping = start <= address && address < end;
            }
            else if (inMapping && line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                return line;
            }
        }

        return "";
    }
}
