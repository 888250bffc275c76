using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TrailSegmentTests
{
    [Fact]
    public void Entries_come_out_of_a_segment_as_they_went_in()
    {
        Gen.Byte.Array[1, 300].Array[0, 50].Sample(entries =>
        {
            var writer = new TrailSegmentWriter();
            Assert.All(entries, entry => Assert.True(writer.TryAdd(entry)));
            Assert.Equal(entries.Length, writer.Count);
            Assert.Equal(entries.Select(entry => Hex.Text(entry)), Read(writer.Entries.Span).Select(entry => Hex.Text(entry)));
        }, iter: Rounds.Of(500, 20_000));
    }

    [Fact]
    public void Each_entry_stands_behind_its_length()
    {
        var writer = new TrailSegmentWriter();
        writer.TryAdd([1]);
        writer.TryAdd(new byte[258]);
        Assert.StartsWith("000101" + "0102" + "0000", Hex.Text(writer.Entries.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_takes_64_KiB_or_one_entry()
    {
        var writer = new TrailSegmentWriter();
        var longest = new byte[TrailEntryFormat.MaxMigratedEntryBytes];
        Assert.True(writer.TryAdd(longest));
        Assert.False(writer.TryAdd([1]));
        Assert.Equal(Hex.Text(longest), Hex.Text(Assert.Single(Read(writer.Entries.Span))));

        writer.Clear();
        Assert.Equal((0, 0), (writer.Count, writer.Entries.Length));
        Assert.True(writer.TryAdd(new byte[TrailSegment.MaxBytes - 5]));
        Assert.True(writer.TryAdd([1]));
        Assert.Equal(TrailSegment.MaxBytes, writer.Entries.Length);
        Assert.False(writer.TryAdd([1]));
        Assert.Equal(2, writer.Count);
    }

    [Fact]
    public void An_empty_entry_and_one_of_more_than_65_535_bytes_are_argument_errors()
    {
        Assert.Throws<ArgumentException>(() => new TrailSegmentWriter().TryAdd([]));
        Assert.Throws<ArgumentException>(() => new TrailSegmentWriter().TryAdd(new byte[65_536]));
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
