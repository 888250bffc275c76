using System.Text.Json;

namespace Secronna.Cli.Formats;

/// <summary>Reads one JSON object whose members are strings.</summary>
internal static class JsonSecrets
{
    /// <summary>Keys and values, in their order.</summary>
    /// <exception cref="CliException">It is something else, or a key is there twice.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string text)
    {
        using var document = Parse(text.TrimStart('\uFEFF'));
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new CliException("the file is not one JSON object of keys and strings");
        }

        var secrets = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var place = $"member {secrets.Count + 1}";
            var key = Text(() => member.Name) ?? throw new CliException($"{place}: its name is half a character");
            var value = Value(member.Value, $"{place}: the value of {ImportFormats.Shown(key)}");
            ImportFormats.Require(key, value, $"{place}, {ImportFormats.Shown(key)}");
            if (!secrets.TryAdd(key, value))
            {
                throw new CliException($"{place}: {key} is there twice");
            }
        }

        return [.. secrets];
    }

    // What the parser says quotes what it found.
    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new CliException($"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: not JSON from here on");
        }
    }

    private static string Value(JsonElement value, string what) => value.ValueKind == JsonValueKind.String
        ? Text(() => value.GetString()!) ?? throw new CliException($"{what} has half a character, an escape of a lone surrogate")
        : throw new CliException($"{what} is {Kind(value.ValueKind)}, not a string: {Advice(value.ValueKind)}");

    private static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Array => "an array",
        _ => "an object",
    };

    private static string Advice(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => "leave the key out, or write \"\" for an empty value",
        JsonValueKind.Array or JsonValueKind.Object => "give each part a key of its own, or write its JSON as one string",
        _ => "write it between quotes",
    };

    // Null where escapes in it make no text.
    private static string? Text(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
