using System.Text.Json;
using CsCheck;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Protocol;

/// <summary>Instants as RFC 3339 text.</summary>
public sealed class InstantTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01T00:00:01.5Z", 1_500_000)]
    [InlineData("1970-01-01t00:00:00.000001z", 1)]
    [InlineData("1970-01-01T00:00:00.0000019Z", 1)]
    [InlineData("1970-01-01T01:00:00+01:00", 0)]
    [InlineData("1969-12-31T23:59:59.5-00:00", -500_000)]
    [InlineData("1969-12-31T16:00:00-08:00", 0)]
    [InlineData("2000-02-29T00:00:00Z", 951_782_400_000_000)]
    [InlineData("2026-01-31T09:00:00Z", 1_769_850_000_000_000)]
    public void Date_times_of_RFC_3339_are_parsed(string text, long microseconds)
    {
        Assert.True(Instant.TryParse(text, out var instant));
        Assert.Equal(microseconds, instant.Microseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Z")]
    [InlineData("now")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T09:00:00")]
    [InlineData("2026-01-31T09:00Z")]
    [InlineData("2026-01-31 09:00:00Z")]
    [InlineData("2026-1-31T09:00:00Z")]
    [InlineData("2026-02-30T09:00:00Z")]
    [InlineData("2025-02-29T09:00:00Z")]
    [InlineData("2026-13-01T09:00:00Z")]
    [InlineData("2026-01-31T24:00:00Z")]
    [InlineData("2026-01-31T09:60:00Z")]
    [InlineData("2026-01-31T09:00:61Z")]
    [InlineData("2026-01-31T09:00:00+0100")]
    [InlineData("2026-01-31T09:00:00+25:00")]
    [InlineData("2026-01-31T09:00:00Z ")]
    [InlineData(" 2026-01-31T09:00:00Z")]
    [InlineData("2026-01-31T09:00:00Z\0")]
    [InlineData("2026-01-31T09:00:00,5Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("1769850000")]
    [InlineData("２026-01-31T09:00:00Z")]
    public void Any_other_text_is_refused(string text) => Assert.False(Instant.TryParse(text, out _));

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00Z")]
    [InlineData(1, "1970-01-01T00:00:00.000001Z")]
    [InlineData(1_500_000, "1970-01-01T00:00:01.5Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999999Z")]
    [InlineData(1_769_850_000_000_000, "2026-01-31T09:00:00Z")]
    public void The_text_on_the_wire_is_UTC_with_microseconds_at_most(long microseconds, string text) =>
        Assert.Equal(text, new Instant(microseconds).ToString());

    [Fact]
    public void Instants_survive_a_round_trip_through_text_and_JSON_and_keep_their_order() =>
        Gen.Select(Gen.Long[-62_135_596_800_000_000, 253_402_300_799_999_999], Gen.Long[-62_135_596_800_000_000, 253_402_300_799_999_999])
            .Sample((one, other) =>
            {
                var (a, b) = (new Instant(one), new Instant(other));
                Assert.True(Instant.TryParse(a.ToString(), out var read));
                Assert.Equal(a, read);
                Assert.Equal(a, Instant.From(a.ToDateTimeOffset()));
                Assert.Equal(a, JsonSerializer.Deserialize<Instant>(JsonSerializer.Serialize(a)));
                Assert.Equal(one < other, a < b);
                Assert.Equal(one > other, a > b);
                Assert.Equal(one <= other, a <= b);
                Assert.Equal(one >= other, a >= b);
                Assert.Equal(one.CompareTo(other), a.CompareTo(b));
            });

    [Fact]
    public void No_text_makes_the_parser_throw() => Gen.String.Sample(text => Assert.False(Instant.TryParse(text, out _)));

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("null")]
    public void JSON_that_is_not_a_time_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Instant>(json));
}
