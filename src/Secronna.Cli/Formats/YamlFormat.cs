using System.Globalization;
using System.Text;

namespace Secronna.Cli.Formats;

/// <summary>
/// Writes a mapping for YAML 1.1 and 1.2. Keys and values are double-quoted scalars, which YAML always reads as strings. Every
/// character that is not printable ASCII is escaped. A character beyond U+FFFF is one escape: YAML has no surrogate pairs.
/// </summary>
internal static class YamlFormat
{
    /// <summary>An empty mapping.</summary>
    public const string Empty = "{}\n";

    /// <summary>The line of a key and its value.</summary>
    public static string Line(string key, string value) => $"{Scalar(key)}: {Scalar(value)}";

    private static string Scalar(string text)
    {
        var scalar = new StringBuilder("\"", text.Length + 2);
        foreach (var character in text.EnumerateRunes())
        {
            scalar.Append(Escaped(character));
        }

        return scalar.Append('"').ToString();
    }

    private static string Escaped(Rune character) => character.Value switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        >= ' ' and <= '~' => character.ToString(),
        <= 0xFF => string.Create(CultureInfo.InvariantCulture, $"\\x{character.Value:X2}"),
        <= 0xFFFF => string.Create(CultureInfo.InvariantCulture, $"\\u{character.Value:X4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{character.Value:X8}"),
    };
}
