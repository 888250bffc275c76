using System.Text.Json;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;

namespace Secronna.Server.Http;

/// <summary>
/// Reads the values of an object's members. Every method reads the member at the reader and throws VALIDATION_ERROR when its
/// value does not fit. Secret values go into pinned memory and never become strings (S26).
/// </summary>
internal static class JsonFieldValues
{
    // Every RFC 3339 time with a sensible number of digits is shorter.
    private const int MaxTimeLength = 64;

    // \uXXXX is the longest form of one UTF-16 character in JSON.
    private const int JsonEscapeLength = 6;

    /// <summary>A string, or <c>null</c>.</summary>
    public static string? ReadString(this JsonFields fields, ref Utf8JsonReader reader, int field, int maxCharacters)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        fields.RequireType(ref reader, field, JsonTokenType.String, "must be a string");
        if (reader.ValueSpan.Length > maxCharacters * (long)JsonEscapeLength)
        {
            throw Errors.Invalid(fields.Name(field), $"is over {maxCharacters} characters");
        }

        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Errors.Invalid(fields.Name(field), "contains half of a surrogate pair");
        }

        if (text.Contains('\0'))
        {
            throw Errors.Invalid(fields.Name(field), "must not contain the character U+0000");
        }

        return text.Length > maxCharacters ? throw Errors.Invalid(fields.Name(field), $"is over {maxCharacters} characters") : text;
    }

    /// <summary>A whole number in a range, or <c>null</c>.</summary>
    public static int? ReadInt32(this JsonFields fields, ref Utf8JsonReader reader, int field, int min, int max)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) && number >= min && number <= max
            ? number
            : throw Errors.Invalid(fields.Name(field), $"must be a whole number from {min} to {max}");
    }

    /// <summary><c>true</c>, <c>false</c> or <c>null</c>.</summary>
    public static bool? ReadFlag(this JsonFields fields, ref Utf8JsonReader reader, int field) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Errors.Invalid(fields.Name(field), "must be true or false"),
    };

    /// <summary>A time in RFC 3339 with its zone, or <c>null</c>.</summary>
    public static Instant? ReadInstant(this JsonFields fields, ref Utf8JsonReader reader, int field) =>
        fields.ReadString(ref reader, field, MaxTimeLength) switch
        {
            null => null,
            var text => Instant.TryParse(text, out var instant) ? instant : throw Errors.InvalidTime(fields.Name(field)),
        };

    /// <summary>A secret value, unescaped straight into pinned memory. The caller disposes it.</summary>
    /// <exception cref="RequestException">PAYLOAD_TOO_LARGE, or VALIDATION_ERROR.</exception>
    public static PinnedBuffer ReadValue(this JsonFields fields, ref Utf8JsonReader reader, int field, int maxBytes)
    {
        fields.RequireType(ref reader, field, JsonTokenType.String, "must be a string");
        var value = PinnedBuffer.Rent(Math.Max(1, reader.ValueSpan.Length));
        try
        {
            value.Truncate(reader.CopyString(value.Span));
            if (value.Length > maxBytes)
            {
                throw Errors.ValueTooLarge(fields.Name(field), maxBytes);
            }

            return value.Span.Contains((byte)0)
                ? throw Errors.Invalid(fields.Name(field), "must not contain the character U+0000")
                : value;
        }
        catch (InvalidOperationException)
        {
            value.Dispose();
            throw Errors.Invalid(fields.Name(field), "contains half of a surrogate pair");
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    /// <summary>Requires the member to be an array. The reader stays at its start.</summary>
    public static void RequireArray(this JsonFields fields, ref Utf8JsonReader reader, int field) =>
        fields.RequireType(ref reader, field, JsonTokenType.StartArray, "must be an array");

    private static void RequireType(this JsonFields fields, ref Utf8JsonReader reader, int field, JsonTokenType type, string rule)
    {
        if (reader.TokenType != type)
        {
            throw Errors.Invalid(fields.Name(field), rule);
        }
    }
}
