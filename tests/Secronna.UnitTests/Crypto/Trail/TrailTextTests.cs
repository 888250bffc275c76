using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>What happens to entries that would be too long.</summary>
public sealed class TrailTextTests
{
    [Fact]
    public void A_text_of_the_greatest_size_is_kept_and_a_longer_one_ends_with_its_size_and_hash()
    {
        var longest = new string('a', TrailText.MaxUserAgent);
        Assert.Equal(longest, UserAgentOf(longest));

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(longest + "b")));
        var end = $"… (513 bytes, SHA-256 {hash})";
        Assert.Equal(new string('a', TrailText.MaxUserAgent - Encoding.UTF8.GetByteCount(end)) + end, UserAgentOf(longest + "b"));
    }

    [Theory]
    [InlineData("ä")]
    [InlineData("✓")]
    [InlineData("🔑")]
    [InlineData("\ud800")]
    public void A_cut_splits_no_character(string character)
    {
        for (var shift = 0; shift < 4; shift++)
        {
            var text = new string('a', shift) + string.Concat(Enumerable.Repeat(character, 2_000));
            var cut = UserAgentOf(text);
            var kept = cut[..cut.IndexOf('…', StringComparison.Ordinal)];
            Assert.InRange(Encoding.UTF8.GetByteCount(cut), TrailText.MaxUserAgent - 3, TrailText.MaxUserAgent);
            Assert.StartsWith(kept, text.Replace('\ud800', character == "\ud800" ? '\ufffd' : '\ud800'), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Cutting_again_changes_nothing_and_texts_that_differ_stay_different()
    {
        Gen.Select(TrailSample.Text, TrailSample.Text, Gen.Int[100, 600]).Sample((first, second, maxSize) =>
        {
            var cut = TrailText.Fit(first, maxSize);
            Assert.InRange(Encoding.UTF8.GetByteCount(cut), 0, maxSize);
            Assert.Same(cut, TrailText.Fit(cut, maxSize) is var again && again == cut ? cut : again);
            var isEqual = Encoding.UTF8.GetBytes(first).SequenceEqual(Encoding.UTF8.GetBytes(second));
            Assert.Equal(isEqual, cut == TrailText.Fit(second, maxSize));
        }, iter: Rounds.Of(2_000, 100_000));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("✓")]
    [InlineData("🔑")]
    public void An_entry_whose_texts_are_all_too_long_still_has_room_for_details(string character)
    {
        var entry = Longest(character);
        Assert.InRange(TrailEntryFormat.Encode(entry).Length, 7_000, TrailEntryFormat.MaxEntryBytes);
        Assert.InRange(TrailEntryFormat.RoomForDetails(entry), 900, 1_200);
    }

    [Fact]
    public void The_room_for_details_is_exact()
    {
        foreach (var entry in new[] { TrailSample.Reveal, TrailSample.Full, Longest("a") })
        {
            var room = TrailEntryFormat.RoomForDetails(entry);
            var size = TrailEntryFormat.Encode(entry with { Details = new string('d', room) }).Length;
            Assert.InRange(size, TrailEntryFormat.MaxEntryBytes - 1, TrailEntryFormat.MaxEntryBytes);
            Assert.Throws<TrailEntryTooLongException>(() => TrailEntryFormat.Encode(entry with { Details = new string('d', room + 2) }));
            Assert.Throws<TrailEntryTooLongException>(() => TrailEntryFormat.Encode(entry with { Details = new string('✓', room) }));
        }
    }

    [Fact]
    public void An_entry_from_before_the_limit_has_at_most_65_535_bytes()
    {
        var size = TrailEntryFormat.EncodeMigrated(TrailSample.Full with { Details = new string('d', 60_000) }).Length;
        var longest = TrailSample.Full with { Details = new string('d', 60_000 + TrailEntryFormat.MaxMigratedEntryBytes - size) };
        var bytes = TrailEntryFormat.EncodeMigrated(longest);

        Assert.Equal(TrailEntryFormat.MaxMigratedEntryBytes, bytes.Length);
        Assert.Equal(longest, TrailEntryFormat.Decode(TrailSample.WorkspaceId, bytes));
        Assert.Throws<TrailEntryTooLongException>(() => TrailEntryFormat.Encode(longest));
        Assert.Throws<TrailEntryTooLongException>(() => TrailEntryFormat.EncodeMigrated(longest with { Details = longest.Details + "d" }));
        Assert.Throws<TrailEntryTooLongException>(() => TrailEntryFormat.EncodeMigrated(longest with { Details = new string('d', 1_000_000) }));
        Assert.Throws<FormatException>(() => TrailEntryFormat.Decode(TrailSample.WorkspaceId, [.. bytes, 0]));
    }

    private static string UserAgentOf(string text) => TrailEntryFormat.Decode(
        TrailSample.WorkspaceId, TrailEntryFormat.Encode(TrailSample.Full with { UserAgent = text })).UserAgent!;

    private static TrailEntry Longest(string character)
    {
        var text = string.Concat(Enumerable.Repeat(character, 5_000));
        var longest = TrailSample.Full with { Version = int.MaxValue, Count = int.MaxValue, Part = int.MaxValue, Epoch = int.MaxValue, Details = null };
        foreach (var property in typeof(TrailEntry).GetProperties())
        {
            if (property.PropertyType == typeof(string) && property.Name != "Details")
            {
                property.SetValue(longest, text);
            }
        }

        return longest;
    }
}
