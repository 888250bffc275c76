using System.Text;
using static Secronna.Cli.Formats.DotenvGrammar;

namespace Secronna.Cli.Formats;

/// <summary>What a value that was written in dotenv means.</summary>
internal static class DotenvValue
{
    /// <summary>The value without spaces around it and without its quotes; between double quotes <c>\n</c> and <c>\r</c> mean line breaks.</summary>
    public static string Of(string written)
    {
        var trimmed = Trim(written);
        var value = WithoutQuotes(trimmed);
        return trimmed.StartsWith('"')
            ? value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\r", "\r", StringComparison.Ordinal)
            : value;
    }

    /// <summary>Line breaks of every system as line feeds.</summary>
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

    // A quote that begins a line goes, with the last of its kind that ends one. Of a value between quotes those are the first
    // and the last character; but U+2028 begins lines inside of others too.
    private static string WithoutQuotes(string value)
    {
        ReadOnlySpan<int> lasts = [LastEnd(value, Quotes[0]), LastEnd(value, Quotes[1]), LastEnd(value, Quotes[2])];
        var left = new StringBuilder();
        var copied = 0;
        for (var at = 0; at < value.Length; at++)
        {
            if (at >= copied && (at == 0 || IsLineEnd(value[at - 1])) && IsQuote(value[at]) && lasts[Quotes.IndexOf(value[at])] is var last && last > at)
            {
                left.Append(value, copied, at - copied).Append(value, at + 1, last - at - 1);
                copied = last + 1;
            }
        }

        return left.Append(value, copied, value.Length - copied).ToString();
    }

    // The last of these quotes that ends a line; -1 where none does.
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
