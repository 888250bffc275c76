using System.Text.Json;
using Secronna.Cli.Errors;

namespace Secronna.Cli.Formats;

/// <summary>Reads keys and values from one JSON object whose members are strings.</summary>
internal static class JsonSecretsReader
{
    /// <summary>The keys and values, in the order of the file.</summary>
    /// <exception cref="CliException">The text is not such an object, or repeats a key.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string text)
    {
        using var document = Parse(text.TrimStart('\uFEFF'));
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new CliException("the file must be one JSON object whose members are strings");
        }

        var secrets = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var place = $"member {secrets.Count + 1}";
            var key = Text(() => member.Name) ?? throw new CliException($"{place}: its name contains half a character, an escape of a lone surrogate");
            var value = Value(member.Value, $"{place}: the value of {ImportRules.Shown(key)}");
            ImportRules.Require(key, value, $"{place}, {ImportRules.Shown(key)}");
            if (!secrets.TryAdd(key, value))
            {
                throw new CliException($"{place}: the file contains {key} twice");
            }
        }

        return [.. secrets];
    }

    // The parser's own message is not used, because it quotes the text.
    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new CliException($"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: the text is not JSON from here on");
        }
    }

    private static string Value(JsonElement value, string name) => value.ValueKind == JsonValueKind.String
        ? Text(() => value.GetString()!) ?? throw new CliException($"{name} contains half a character, an escape of a lone surrogate")
        : throw new CliException($"{name} is {Kind(value.ValueKind)}, not a string: {Advice(value.ValueKind)}");

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
        JsonValueKind.Array or JsonValueKind.Object => "give each part its own key, or write the JSON as one string",
        _ => "write it between quotes",
    };

    // Null where the text contains an escape of a lone surrogate, which is no character.
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
