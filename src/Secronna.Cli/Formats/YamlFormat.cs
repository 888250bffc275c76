using System.Globalization;
using System.Text;

namespace Secronna.Cli.Formats;

/// <summary>
/// A mapping of YAML, of 1.1 as of 1.2: keys and values as double-quoted scalars, which are never anything but strings. All
/// beyond printable ASCII is escaped. A character beyond U+FFFF is one escape: unlike in JSON, surrogates are none.
/// </summary>
internal static class YamlFormat
{
    /// <summary>A mapping of nothing.</summary>
    public const string Empty = "{}\n";

    /// <summary>A key and its value.</summary>
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
