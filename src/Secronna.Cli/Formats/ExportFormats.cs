using System.Text;
using System.Text.Json;

namespace Secronna.Cli.Formats;

/// <summary>Texts that other programs read keys and values from.</summary>
internal static class ExportFormats
{
    private static readonly Dictionary<string, Func<IEnumerable<(string Key, string Value)>, string>> Writers = new()
    {
        ["dotenv"] = secrets => Lines(secrets, Dotenv.Line),
        ["json"] = Json,
        ["yaml"] = Yaml,
        ["shell"] = secrets => Lines(secrets, Shell),
        ["docker"] = secrets => Lines(secrets, Docker),
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => Writers.Keys;

    /// <summary>The secrets in the format of a name.</summary>
    /// <exception cref="CliException">A key or value that it can't hold.</exception>
    public static string Write(string format, IEnumerable<(string Key, string Value)> secrets) => Writers[format](secrets);

    private static bool IsVariable(string key) =>
        key.Length > 0 && !char.IsAsciiDigit(key[0]) && key.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    private static string Lines(IEnumerable<(string Key, string Value)> secrets, Func<string, string, string> line) =>
        string.Concat(secrets.Select(secret => line(secret.Key, secret.Value) + "\n"));

    // Between single quotes a shell takes everything as it stands, but for the quote itself.
    private static string Shell(string key, string value)
    {
        if (!IsVariable(key))
        {
            throw new CliException($"{key} can't be the name of a shell's variable: leave it out with --only");
        }

        return $"export {key}='{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    // Taken as it stands up to the end of the line; nothing is quoted.
    private static string Docker(string key, string value)
    {
        if (key.Contains('=', StringComparison.Ordinal) || key.StartsWith('#') || key.Any(char.IsWhiteSpace))
        {
            throw new CliException($"{key} can't be the name of a variable there: leave it out with --only");
        }

        return value.AsSpan().IndexOfAny('\n', '\r') >= 0
            ? throw new CliException($"the value of {key} has a line break, which docker's files can't hold: leave it out with --only")
            : $"{key}={value}";
    }

    private static string Json(IEnumerable<(string Key, string Value)> secrets)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in secrets)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length) + "\n";
    }

    // A JSON string is a double-quoted scalar of YAML 1.2, and of 1.1 where all beyond ASCII is escaped, as the writer does.
    private static string Yaml(IEnumerable<(string Key, string Value)> secrets) =>
        Lines(secrets, (key, value) => $"{JsonString(key)}: {JsonString(value)}");

    private static string JsonString(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
