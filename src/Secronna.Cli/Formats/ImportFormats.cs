using Secronna.Cli.Errors;
using Secronna.Cli.Input;

namespace Secronna.Cli.Formats;

/// <summary>
/// Reads files of keys and values that other programs wrote. All keys and values are checked before any is used, and no error
/// contains a value.
/// </summary>
internal static class ImportFormats
{
    private const string Dotenv = "dotenv";
    private const string Json = "json";

    /// <summary>The names of the formats.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [Dotenv, Json];

    /// <summary>Reads a file.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="file">
    /// The file's name. Without a format, a name that ends in <c>.json</c> means JSON, and so does content that begins with a brace.
    /// </param>
    /// <param name="format">The format; <c>null</c> where the user named none.</param>
    /// <exception cref="CliException">The file is not in the format, or contains what can't be a key or a value.</exception>
    public static ImportedSecrets Read(byte[] bytes, string file, string? format)
    {
        var text = Utf8Text.Read(bytes, "the file is not UTF-8 text");
        return (format ?? (IsJson(file, text) ? Json : Dotenv)) == Json ? new ImportedSecrets(JsonSecretsReader.Read(text), []) : ReadDotenv(text);
    }

    private static bool IsJson(string file, string text) =>
        file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || text.AsSpan().TrimStart().TrimStart('\uFEFF').TrimStart().StartsWith("{");

    // Node's dotenv ignores a line that it can't read. Here such a line is an error, because it could be a secret that gets lost.
    private static ImportedSecrets ReadDotenv(string text)
    {
        var (entries, unread) = DotenvReader.Read(text);
        if (unread.Count > 0)
        {
            throw Unreadable(entries, unread[0]);
        }

        foreach (var entry in entries)
        {
            ImportRules.Require(entry.Key, entry.Value, $"line {entry.Line}");
        }

        var keys = entries.GroupBy(entry => entry.Key).ToList();
        return new ImportedSecrets(
            [.. keys.Select(key => KeyValuePair.Create(key.Key, key.Last().Value))],
            [.. keys.Where(key => key.Count() > 1).Select(key => key.Key)]);
    }

    private static CliException Unreadable(IReadOnlyList<DotenvEntry> entries, int line)
    {
        var open = entries.LastOrDefault(entry => entry.Line < line && entry.Value is ['"' or '\'' or '`', ..]);
        return new CliException($"line {line} is neither KEY=value nor a comment; a key consists of ASCII letters, digits and underscores"
            + (open is null ? "" : $"; line {open.Line} opens a quote that nothing closes"));
    }
}
