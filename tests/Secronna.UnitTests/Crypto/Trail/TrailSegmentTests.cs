using CsCheck;
using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TrailSegmentTests
{
    [Fact]
    public void Entries_come_out_of_segments_as_they_went_in()
    {
        Gen.Byte.Array[1, 300].Array[1, 50].Sample(entries =>
        {
            var segment = Assert.Single(Pack(entries));
            Assert.Equal(entries.Length, segment.Count);
            Assert.Equal(entries.Select(entry => Hex.Text(entry)), Read(segment.Entries).Select(entry => Hex.Text(entry)));
        }, iter: Rounds.Of(500, 20_000));
    }

    [Fact]
    public void Each_entry_stands_behind_its_length() =>
        Assert.StartsWith("000101" + "0102" + "0000", Hex.Text(Pack([1], new byte[258])[0].Entries), StringComparison.Ordinal);

    [Fact]
    public void A_segment_takes_64_KiB_or_one_entry()
    {
        var segments = Pack(new byte[ushort.MaxValue], [1], new byte[NewSegment.MaxBytes - 8], [1], [1]);
        Assert.Equal([(0L, 1), (1L, 3), (4L, 1)], segments.Select(segment => (segment.Offset, segment.Count)));
        Assert.Equal(NewSegment.MaxBytes, segments[1].Entries.Length);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0000")]
    [InlineData("0001")]
    [InlineData("000201")]
    [InlineData("00010a00")]
    [InlineData("00010a000000010a")]
    public void A_segment_whose_entries_are_cut_off_or_empty_is_a_format_error(string segment) =>
        Assert.Throws<FormatException>(() => Read(segment.Bytes()));

    internal static List<NewSegment> Pack(params byte[][] entries) =>
        NewSegment.Pack([.. entries.Select(entry => new EncodedEntry("acc_a", entry))]);

    private static List<byte[]> Read(ReadOnlySpan<byte> segment)
    {
        var entries = new List<byte[]>();
        foreach (var entry in new TrailSegment(segment))
        {
            entries.Add(entry.ToArray());
        }

        return entries;
    }
}
