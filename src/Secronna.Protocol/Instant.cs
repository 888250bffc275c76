using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Secronna.Protocol;

/// <summary>A moment in UTC, in whole microseconds since 1970-01-01T00:00:00Z. On the wire: RFC 3339 with a <c>Z</c>.</summary>
/// <param name="Microseconds">Microseconds since 1970.</param>
[JsonConverter(typeof(InstantJsonConverter))]
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    private const int RoundTripLength = 28;

    // RFC 3339 date-time; a lower-case t or z, and offsets other than Z, are accepted on input as the RFC allows.
    private static readonly string[] InputFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];

    /// <summary>The instant of a time, cut to the microsecond.</summary>
    public static Instant From(DateTimeOffset time) =>
        new((time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>The same moment as a time.</summary>
    public DateTimeOffset ToDateTimeOffset() =>
        new(DateTime.UnixEpoch.Ticks + (Microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>Reads RFC 3339 text; the zone must be given. False for anything else.</summary>
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

    /// <summary>The text on the wire: no more digits of the second than it has.</summary>
    public override string ToString()
    {
        // The round-trip format has a fixed length and, unlike a custom one, costs little: every answer has a time.
        Span<char> text = stackalloc char[RoundTripLength];
        ToDateTimeOffset().UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        var digits = text[..^1].TrimEnd('0').TrimEnd('.');
        return string.Concat(digits, "Z");
    }

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    /// <summary>Earlier than.</summary>
    public static bool operator <(Instant left, Instant right) => left.Microseconds < right.Microseconds;

    /// <summary>Later than.</summary>
    public static bool operator >(Instant left, Instant right) => left.Microseconds > right.Microseconds;

    /// <summary>Not later than.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Microseconds <= right.Microseconds;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Microseconds >= right.Microseconds;

    /// <summary>Earlier by so much.</summary>
    public static Instant operator -(Instant instant, TimeSpan time) =>
        new(instant.Microseconds - (time.Ticks / TimeSpan.TicksPerMicrosecond));
}

/// <summary>Writes and reads <see cref="Instant"/> as RFC 3339 text.</summary>
public sealed class InstantJsonConverter : JsonConverter<Instant>
{
    /// <inheritdoc/>
    public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text && Instant.TryParse(text, out var instant)
            ? instant
            : throw new JsonException("a time must be RFC 3339 with its zone");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
