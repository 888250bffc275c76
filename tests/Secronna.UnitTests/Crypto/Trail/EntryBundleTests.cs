using System.Buffers;
using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class EntryBundleTests
{
    [Fact]
    public void Entries_are_read_back_from_a_bundle_and_hash_to_its_tile() => Gen.Byte.Array[0, 300].Array[1, 256].Sample(entries =>
    {
        var (bundle, hashes) = (Bundle(entries), new byte[entries.Length * TreeHash.Size]);
        Assert.True(EntryBundle.TryRead(bundle, entries.Length, out var read));
        Assert.Equal(entries, read.Select(entry => entry.ToArray()));
        Assert.True(EntryBundle.TryHash(bundle, hashes));
        Assert.Equal(entries.SelectMany(entry => TreeHasher.HashLeaf(entry).ToArray()), hashes);
    }, iter: 50);

    [Fact]
    public void A_bundle_of_another_number_of_entries_or_with_bytes_more_or_less_is_refused() =>
        Gen.Byte.Array[0, 20].Array[2, 20].Sample(entries =>
        {
            var bundle = Bundle(entries);
            Refused(bundle, entries.Length - 1);
            Refused(bundle, entries.Length + 1);
            Refused([.. bundle, 0], entries.Length);
            Refused([.. bundle, 0, 0], entries.Length);
            for (var length = 0; length < bundle.Length; length++)
            {
                Refused(bundle[..length], entries.Length);
            }
        }, iter: 200);

    [Fact]
    public void The_largest_entry_fits_and_a_larger_one_is_refused()
    {
        var bundle = Bundle([new byte[EntryBundle.LargestEntry]]);
        Assert.True(EntryBundle.TryRead(bundle, 1, out _));
        Assert.Throws<ArgumentException>(() => EntryBundle.Write(new ArrayBufferWriter<byte>(), new byte[EntryBundle.LargestEntry + 1]));
        Assert.Throws<ArgumentException>(() => EntryBundle.TryHash(bundle, new byte[TreeHash.Size + 1]));
    }

    private static byte[] Bundle(IEnumerable<byte[]> entries)
    {
        var bundle = new ArrayBufferWriter<byte>();
        foreach (var entry in entries)
        {
            EntryBundle.Write(bundle, entry);
        }

        return bundle.WrittenSpan.ToArray();
    }

    private static void Refused(byte[] bundle, int count)
    {
        Assert.False(EntryBundle.TryRead(bundle, count, out var entries));
        Assert.Empty(entries);
        Assert.False(EntryBundle.TryHash(bundle, new byte[count * TreeHash.Size]));
    }
}
