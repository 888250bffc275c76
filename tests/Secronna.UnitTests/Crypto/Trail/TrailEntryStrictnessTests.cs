using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>A decoder refuses whatever an encoder does not write, so an entry has one encoding.</summary>
public sealed class TrailEntryStrictnessTests
{
    // Items that are right for some key, or nearly. Each in hex.
    private static readonly string[] Items =
    [
        "00", "01", "02", "08", "17", "1818", "1831", "1832", "18ff", "190100", "1a00010000", "1a7fffffff", "1affffffff", "1b0000000100000000",
        "1817", "1900ff", "1a0000ffff", "20", "40", "44" + "7f000001", "50" + "20010db8000000000000000000000001", "51" + "010198f26ea309d8a84a9ac8b8322d1366",
        "51" + "000198f26ea309d8a84a9ac8b8322d1366", "51" + "0f0198f26ea309d8a84a9ac8b8322d1366", "5820" + "00000000000000000000000000000000" +
        "00000000000000000000000000000000", "60", "6161", "61ff", "6775736572", "6475736572", "6773756363657373", "66" + "64656e696564",
        "6d7365637265742e72657665616c", "697a31323337302e302e31", "69" + "3132372e302e302e31", "633a3a31", "62612f", "64612f4b31", "781e" +
        "6175645f30316b3373367838723976326d346e36703871307332743476" + "36", "7f6161ff", "5f4161ff", "80", "a0", "c100", "e0", "f4", "f6",
        "f93c00", "fb3ff0000000000000", "ff",
    ];

    [Fact]
    public void Every_flipped_bit_is_refused_or_gives_an_entry_that_encodes_to_the_changed_bytes()
    {
        foreach (var entry in new[] { TrailSample.Full, TrailSample.Reveal })
        {
            var bytes = TrailEntryFormat.Encode(entry);
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.NotEqual(entry, RefusedOrExact(bytes));
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void A_start_of_an_entry_and_an_entry_with_bytes_behind_it_are_refused()
    {
        var bytes = TrailEntryFormat.Encode(TrailSample.Full);
        for (var size = 0; size < bytes.Length; size++)
        {
            Refused(bytes[..size]);
        }

        Refused([.. bytes, 0]);
        Refused([.. bytes, .. bytes]);
    }

    [Fact]
    public void Changed_entries_are_refused_or_exact()
    {
        Gen.Select(TrailSample.Entry, Gen.Int[0, 4_000], Gen.Int[0, 3], Gen.Byte.Array[0, 4]).Sample((entry, at, removed, inserted) =>
        {
            var bytes = TrailEntryFormat.EncodeMigrated(entry);
            var start = at % bytes.Length;
            RefusedOrExact([.. bytes[..start], .. inserted, .. bytes[Math.Min(start + removed, bytes.Length)..]]);
        }, iter: Rounds.Of(3_000, 300_000));
    }

    [Fact]
    public void Random_bytes_are_refused_or_exact()
    {
        Gen.Byte.Array[0, 100].Sample(bytes => { RefusedOrExact(bytes); }, iter: Rounds.Of(3_000, 300_000));
    }

    [Fact]
    public void Maps_of_any_items_are_refused_or_exact()
    {
        var item = TrailSample.OneOf(Items);
        var accepted = 0;
        Gen.Select(item.Array[25], Gen.Bool.Array[25], Gen.Int[0, 5]).Sample((items, present, wrong) =>
        {
            // The four required properties are right in most maps, because else hardly any map would be an entry.
            var right = new Dictionary<int, string> { [0] = "6161", [1] = "01", [2] = "6161", [3] = "01" };
            var keys = Enumerable.Range(0, 25).Where(key => right.ContainsKey(key) || (present[key] && key % 6 == wrong)).ToList();
            var pairs = keys.Select(key => KeyHex(key) + (right.GetValueOrDefault(key) ?? items[key]));
            var bytes = (keys.Count < 24 ? $"{0xa0 + keys.Count:x2}" : $"b8{keys.Count:x2}") + string.Concat(pairs);
            accepted += RefusedOrExact(bytes.Bytes()) is null ? 0 : 1;
        }, iter: Rounds.Of(3_000, 300_000), threads: 1);
        Assert.NotEqual(0, accepted);
    }

    private static string KeyHex(int key) => key < 24 ? $"{key:x2}" : $"18{key:x2}";

    private static void Refused(byte[] bytes) =>
        Assert.Throws<FormatException>(() => TrailEntryFormat.Decode(TrailSample.WorkspaceId, bytes));

    private static TrailEntry? RefusedOrExact(byte[] bytes)
    {
        TrailEntry decoded;
        try
        {
            decoded = TrailEntryFormat.Decode(TrailSample.WorkspaceId, bytes);
        }
        catch (FormatException)
        {
            return null;
        }

        Assert.Equal(bytes, TrailEntryFormat.EncodeMigrated(decoded));
        return decoded;
    }
}
