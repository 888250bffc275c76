using System.Text.Json;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>Parses a body at the reader, which stands before its first token.</summary>
internal delegate T BodyParser<T>(ref Utf8JsonReader reader);

/// <summary>
/// Walks the members of one JSON object of a request's body: unknown and repeated ones are refused by name (S29). Strings
/// come out as text, values into pinned memory without ever being text (S26). Messages name fields, never contents.
/// </summary>
internal sealed class JsonFields
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = Limits.JsonDepth };

    private readonly string[] names;
    private readonly string prefix;
    private uint seen;

    private JsonFields(string prefix, string[] names)
    {
        this.prefix = prefix;
        this.names = names;
    }

    /// <summary>The member at hand, as errors name it: <c>secrets[3].key</c>.</summary>
    public string Name(int field) => prefix + names[field];

    /// <summary>Parses a whole body.</summary>
    /// <exception cref="RequestException">VALIDATION_ERROR or PAYLOAD_TOO_LARGE.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> body, BodyParser<T> parse)
    {
        var reader = new Utf8JsonReader(body, Options);
        try
        {
            reader.Read();
            var result = parse(ref reader);
            RequireEnd(ref reader, result);
            return result;
        }
        catch (JsonException exception)
        {
            // The exception's own message may quote the body.
            throw Errors.InvalidBody(
                $"the body is not JSON as expected, near line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1} of it");
        }
    }

    // What was parsed may hold values; nobody else would zero them.
    private static void RequireEnd(ref Utf8JsonReader reader, object? result)
    {
        try
        {
            if (reader.Read())
            {
                throw Errors.InvalidBody("the body goes on after its JSON object");
            }
        }
        catch
        {
            (result as IDisposable)?.Dispose();
            foreach (var item in result as IEnumerable<IDisposable> ?? [])
            {
                item.Dispose();
            }

            throw;
        }
    }

    /// <summary>Begins an object; <paramref name="prefix"/> is where it stands, for errors.</summary>
    public static JsonFields Begin(ref Utf8JsonReader reader, string prefix, string[] names) =>
        reader.TokenType == JsonTokenType.StartObject
            ? new JsonFields(prefix, names)
            : throw Errors.Invalid(prefix.Length == 0 ? "body" : prefix.TrimEnd('.'), "must be a JSON object");

    /// <summary>Moves to the next member's value; false at the object's end.</summary>
    public bool Next(ref Utf8JsonReader reader, out int field)
    {
        field = -1;
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        field = FieldAtHand(ref reader);
        if (field < 0)
        {
            throw Errors.UnknownName("field", NameAtHand(ref reader), names);
        }

        if ((seen & (1u << field)) != 0)
        {
            throw Errors.Invalid(Name(field), "is there twice");
        }

        seen |= 1u << field;
        reader.Read();
        return true;
    }

    /// <summary>Whether the member was there with something other than null.</summary>
    public void Require(int field, bool isThere)
    {
        if (!isThere)
        {
            throw Errors.Invalid(Name(field), "is required");
        }
    }

    /// <summary>A string, or null.</summary>
    public string? ReadString(ref Utf8JsonReader reader, int field, int mostCharacters)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        RequireType(ref reader, field, JsonTokenType.String, "must be a string");
        if (reader.ValueSpan.Length > mostCharacters * (long)JsonEscapeLength)
        {
            throw Errors.Invalid(Name(field), $"is over {mostCharacters} characters");
        }

        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Errors.Invalid(Name(field), "has half of a surrogate pair");
        }

        if (text.Contains('\0'))
        {
            throw Errors.Invalid(Name(field), "must not have the character U+0000");
        }

        return text.Length > mostCharacters ? throw Errors.Invalid(Name(field), $"is over {mostCharacters} characters") : text;
    }

    /// <summary>A whole number in a range, or null.</summary>
    public int? ReadInt32(ref Utf8JsonReader reader, int field, int least, int most)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Errors.Invalid(Name(field), $"must be a whole number from {least} to {most}");
    }

    /// <summary>True or false, or null.</summary>
    public bool? ReadFlag(ref Utf8JsonReader reader, int field) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Errors.Invalid(Name(field), "must be true or false"),
    };

    /// <summary>A time, or null.</summary>
    public Instant? ReadInstant(ref Utf8JsonReader reader, int field) => ReadString(ref reader, field, LongestTime) switch
    {
        null => null,
        var text => Instant.TryParse(text, out var instant) ? instant : throw Errors.NoTime(Name(field)),
    };

    /// <summary>A value, unescaped straight into pinned memory; the caller disposes it.</summary>
    public PinnedBuffer ReadValue(ref Utf8JsonReader reader, int field, int mostBytes)
    {
        RequireType(ref reader, field, JsonTokenType.String, "must be a string");
        var value = PinnedBuffer.Rent(Math.Max(1, reader.ValueSpan.Length));
        try
        {
            value.Truncate(reader.CopyString(value.Span));
            if (value.Length > mostBytes)
            {
                throw Errors.ValueTooLarge(Name(field), mostBytes);
            }

            return value.Span.Contains((byte)0)
                ? throw Errors.Invalid(Name(field), "must not have the character U+0000")
                : value;
        }
        catch (InvalidOperationException)
        {
            value.Dispose();
            throw Errors.Invalid(Name(field), "has half of a surrogate pair");
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    /// <summary>Requires an array; the reader stands at its start.</summary>
    public void RequireArray(ref Utf8JsonReader reader, int field) =>
        RequireType(ref reader, field, JsonTokenType.StartArray, "must be an array");

    // RFC 3339 with more digits of the second than anyone has.
    private const int LongestTime = 64;

    // \uXXXX: the longest that one UTF-16 character may be in JSON.
    private const int JsonEscapeLength = 6;

    private void RequireType(ref Utf8JsonReader reader, int field, JsonTokenType type, string rule)
    {
        if (reader.TokenType != type)
        {
            throw Errors.Invalid(Name(field), rule);
        }
    }

    private int FieldAtHand(ref Utf8JsonReader reader)
    {
        try
        {
            for (var i = 0; i < names.Length; i++)
            {
                if (reader.ValueTextEquals(names[i]))
                {
                    return i;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: no name of ours.
        }

        return -1;
    }

    // Only what may be a misspelt name becomes text: a caller may have put a value there.
    private static string NameAtHand(ref Utf8JsonReader reader) =>
        reader.ValueSpan.Length <= Errors.MaxShownNameLength ? System.Text.Encoding.Latin1.GetString(reader.ValueSpan) : "";
}
