using System.Text;
using Secronna.Cli.Output;
using Secronna.Protocol;

namespace Secronna.Cli.Formats;

/// <summary>What a file to import says.</summary>
/// <param name="Secrets">Each key once, in the order of the file.</param>
/// <param name="Repeated">Keys that stand there more than once; the last one counts.</param>
internal sealed record ImportedText(IReadOnlyList<KeyValuePair<string, string>> Secrets, IReadOnlyList<string> Repeated);

/// <summary>Reads keys and values that other programs wrote. Every one of them is checked before any is used; no error has a value in it.</summary>
internal static class ImportFormats
{
    private const string Dotenv = "dotenv";
    private const string Json = "json";
    private const int LongestShown = 64;

    /// <summary>The names of the formats.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [Dotenv, Json];

    /// <summary>Reads a file.</summary>
    /// <param name="bytes">Its content.</param>
    /// <param name="file">Its name; one that ends in <c>.json</c> is JSON, as is what begins with a brace.</param>
    /// <param name="format">The format, if it is said.</param>
    /// <exception cref="CliException">It is not in that format, or has what can't be a key or a value.</exception>
    public static ImportedText Read(byte[] bytes, string file, string? format)
    {
        var text = Utf8Text.Read(bytes, "the file is not UTF-8 text");
        return (format ?? (IsJson(file, text) ? Json : Dotenv)) == Json ? new ImportedText(JsonSecrets.Read(text), []) : ReadDotenv(text);
    }

    /// <summary>Checks a key and its value by the rules of the server.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="place">Where they stand, for errors. What a broken file has for a key may be a part of a value.</param>
    /// <exception cref="CliException">One of them breaks a rule.</exception>
    public static void Require(string key, string value, string place)
    {
        if (!Protocol.Names.IsKey(key))
        {
            throw new CliException(
                $"{place}: can't be a key, which is a letter or underscore, then letters, digits and underscores, at most {Limits.KeyLength}");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new CliException($"{place}: the value of {key} has a U+0000, which no secret can hold");
        }

        if (Encoding.UTF8.GetByteCount(value) > Limits.ValueBytes)
        {
            throw new CliException($"{place}: the value of {key} is over {Limits.ValueBytes} bytes", ErrorCodes.PayloadTooLarge);
        }
    }

    /// <summary>What a file calls a key, as a terminal may show it.</summary>
    public static string Shown(string key) => Printer.Plain(key.Length > LongestShown ? key[..LongestShown] + "…" : key);

    private static bool IsJson(string file, string text) =>
        file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || text.AsSpan().TrimStart().TrimStart('\uFEFF').TrimStart().StartsWith("{");

    // Node's passes over a line that it can't read; here it could be a secret that gets lost.
    private static ImportedText ReadDotenv(string text)
    {
        var (entries, stray) = DotenvReader.Read(text);
        if (stray.Count > 0)
        {
            var open = entries.LastOrDefault(entry => entry.Line < stray[0] && entry.Value is ['"' or '\'' or '`', ..]);
            throw new CliException($"line {stray[0]}: neither KEY=value, with a key of ASCII letters, digits and underscores, nor a comment"
                + (open is null ? "" : $"; line {open.Line} opens a quote that nothing closes"));
        }

        foreach (var entry in entries)
        {
            Require(entry.Key, entry.Value, $"line {entry.Line}");
        }

        var keys = entries.GroupBy(entry => entry.Key).ToList();
        return new ImportedText(
            [.. keys.Select(key => KeyValuePair.Create(key.Key, key.Last().Value))],
            [.. keys.Where(key => key.Count() > 1).Select(key => key.Key)]);
    }
}
