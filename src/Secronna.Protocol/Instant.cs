using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>An instant in whole microseconds. On the wire it is a date-time of RFC 3339 in UTC, with a <c>Z</c>.</summary>
/// <param name="Microseconds">Microseconds since 1970-01-01T00:00:00Z; negative before.</param>
[JsonConverter(typeof(InstantJsonConverter))]
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    private const int RoundTripLength = 28;

    // The date-time of RFC 3339, section 5.6. As it allows, input may have a lower-case t or z, and an offset instead of Z.
    private static readonly string[] InputFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];

    /// <summary>The instant of a time, truncated to the microsecond.</summary>
    public static Instant From(DateTimeOffset time) =>
        new((time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>The instant as a time in UTC.</summary>
    public DateTimeOffset ToDateTimeOffset() =>
        new(DateTime.UnixEpoch.Ticks + (Microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>
    /// Parses a date-time of RFC 3339, which must name its zone. Digits beyond the microsecond are dropped. Gives
    /// <c>false</c> for any other text.
    /// </summary>
    public static bool TryParse(string text, out Instant instant)
    {
        instant = default;
        var upper = text.ToUpperInvariant();
        var zoned = upper.EndsWith('Z') || (upper.Length > 6 && upper[^6] is '+' or '-');
        if (!zoned || !DateTimeOffset.TryParseExact(
            upper, InputFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return false;
        }

        instant = From(time);
        return true;
    }

    /// <summary>The text on the wire: UTC in RFC 3339, with as many fractional digits as needed, at most six.</summary>
    public override string ToString()
    {
        // Every answer holds a time, so this must be cheap: unlike a custom format, "O" has a fixed length and a fast path.
        Span<char> text = stackalloc char[RoundTripLength];
        ToDateTimeOffset().UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        var digits = text[..^1].TrimEnd('0').TrimEnd('.');
        return string.Concat(digits, "Z");
    }

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    /// <summary>Whether the left instant is earlier.</summary>
    public static bool operator <(Instant left, Instant right) => left.Microseconds < right.Microseconds;

    /// <summary>Whether the left instant is later.</summary>
    public static bool operator >(Instant left, Instant right) => left.Microseconds > right.Microseconds;

    /// <summary>Whether the left instant is not later.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Microseconds <= right.Microseconds;

    /// <summary>Whether the left instant is not earlier.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Microseconds >= right.Microseconds;

    /// <summary>The instant that is earlier by a time span.</summary>
    public static Instant operator -(Instant instant, TimeSpan time) =>
        new(instant.Microseconds - (time.Ticks / TimeSpan.TicksPerMicrosecond));
}

/// <summary>Reads and writes an <see cref="Instant"/> as RFC 3339 text.</summary>
public sealed class InstantJsonConverter : JsonConverter<Instant>
{
    /// <inheritdoc/>
    public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text && Instant.TryParse(text, out var instant)
            ? instant
            : throw new JsonException("a time must be a date-time of RFC 3339 with its zone");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
