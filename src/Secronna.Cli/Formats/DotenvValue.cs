using System.Text;
using static Secronna.Cli.Formats.DotenvGrammar;

namespace Secronna.Cli.Formats;

/// <summary>Decodes a value of a dotenv file.</summary>
internal static class DotenvValue
{
    /// <summary>Removes the spaces and quotes around a value. In double quotes, <c>\n</c> and <c>\r</c> are replaced by line breaks.</summary>
    public static string Of(string written)
    {
        var trimmed = Trim(written);
        var value = WithoutQuotes(trimmed);
        return trimmed.StartsWith('"')
            ? value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\r", "\r", StringComparison.Ordinal)
            : value;
    }

    /// <summary>Replaces the line breaks of every system by line feeds.</summary>
    public static string WithLineFeeds(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    private static string Trim(string text)
    {
        var start = PastSpace(text, 0);
        var end = text.Length;
        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    // Removes each quote that begins a line, together with the last quote of its kind that ends a line. In a quoted value these
    // are the first and the last character. But U+2028 also begins a line, even inside a value without quotes.
    private static string WithoutQuotes(string value)
    {
        ReadOnlySpan<int> lasts = [LastEnd(value, Quotes[0]), LastEnd(value, Quotes[1]), LastEnd(value, Quotes[2])];
        var result = new StringBuilder();
        var copied = 0;
        for (var at = 0; at < value.Length; at++)
        {
            if (at >= copied && (at == 0 || IsLineEnd(value[at - 1])) && IsQuote(value[at]) && lasts[Quotes.IndexOf(value[at])] is var last && last > at)
            {
                result.Append(value, copied, at - copied).Append(value, at + 1, last - at - 1);
                copied = last + 1;
            }
        }

        return result.Append(value, copied, value.Length - copied).ToString();
    }

    // The position of the last quote of this kind that ends a line; -1 where there is none.
    private static int LastEnd(string value, char quote)
    {
        var at = value.LastIndexOf(quote);
        while (at >= 0 && at + 1 < value.Length && !IsLineEnd(value[at + 1]))
        {
            at = at == 0 ? -1 : value.LastIndexOf(quote, at - 1);
        }

        return at;
    }
}
