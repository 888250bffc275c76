using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TrailVectorTests
{
    public static TheoryData<string> Cases => [.. TrailVectors.All.Cases.Select(vector => vector.Name)];

    public static TheoryData<string> Refused => [.. TrailVectors.All.Refused.Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_entry_encodes_to_the_bytes_of_another_implementation_and_decodes_from_them(string name)
    {
        var vector = TrailVectors.All.Cases.Single(vector => vector.Name == name);
        Assert.Equal(vector.Cbor, Hex.Text(TrailEntryFormat.Encode(vector.Entry.Value)));
        Assert.Equal(vector.Cbor, Hex.Text(TrailEntryFormat.Encode((vector.Original ?? vector.Entry).Value)));
        Assert.Equal(vector.Entry.Value, TrailEntryFormat.Decode(TrailSample.WorkspaceId, vector.Cbor.Bytes()));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_entry_at_its_place_has_the_same_canonical_bytes_and_leaf_hash(string name)
    {
        var vector = TrailVectors.All.Cases.Single(vector => vector.Name == name);
        var entry = vector.Cbor.Bytes();
        var leaf = new byte[1 + TrailEntryFormat.CanonicalLength(entry.Length)];
        TrailEntryFormat.WriteCanonical(vector.Sequence, vector.At, entry, leaf.AsSpan(1));

        Assert.Equal(vector.Canonical, Hex.Text(leaf.AsSpan(1)));
        Assert.Equal(vector.LeafHash, Hex.Text(SHA256.HashData(leaf)));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Each_malformed_entry_is_refused(string name)
    {
        var vector = TrailVectors.All.Refused.Single(vector => vector.Name == name);
        Assert.Throws<FormatException>(() => TrailEntryFormat.Decode(TrailSample.WorkspaceId, vector.Cbor.Bytes()));
    }

    [Fact]
    public void Packing_the_same_entries_gives_the_same_segment() => Assert.Equal(
        TrailVectors.All.Segment.Bytes,
        Hex.Text(Assert.Single(TrailSegmentTests.Pack([.. TrailVectors.All.Segment.Entries.Select(entry => entry.Bytes())])).Entries));

    [Fact]
    public void The_page_about_formats_draws_the_first_vector()
    {
        const int HexWidth = 51;
        var page = File.ReadAllText(Path.Combine(LayoutTests.Root(), "docs", "formats.md"), Encoding.UTF8);
        var drawing = page.Split("This is the entry of a reveal")[1].Split("```")[1].Trim().Split('\n');
        var hex = string.Concat(drawing.Select(line => line[..HexWidth].Replace(" ", "")));
        Assert.Equal(TrailVectors.All.Cases[0].Cbor, hex);
    }
}
