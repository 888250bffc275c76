namespace Secronna.Cli.Formats;

/// <summary>
/// The characters of Node's dotenv 17. It is made of one JavaScript expression, whose classes are not those of .NET: U+FEFF is
/// a space there and U+0085 is none, and U+2028 and U+2029 end lines.
/// </summary>
internal static class DotenvGrammar
{
    /// <summary>What a value can stand between, the plainest first.</summary>
    public const string Quotes = "'\"`";

    public static bool IsSpace(char character) => character == '\uFEFF' || (character != '\u0085' && char.IsWhiteSpace(character));

    /// <summary>Whether a line ends before it. Carriage returns are line feeds before anything else is looked at.</summary>
    public static bool IsLineEnd(char character) => character is '\n' or '\u2028' or '\u2029';

    public static bool IsOfKey(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-';

    public static bool IsQuote(char character) => Quotes.Contains(character, StringComparison.Ordinal);

    /// <summary>The first place from here on that is no space.</summary>
    public static int PastSpace(string text, int at)
    {
        while (at < text.Length && IsSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>Whether a value between quotes may end here: with what is left of the line, but for a comment, blank.</summary>
    public static bool MayEndAt(string text, int at)
    {
        var rest = PastSpace(text, at);
        return rest == text.Length || text[rest] == '#' || text.AsSpan(at, rest - at).ContainsAny('\n', '\u2028', '\u2029');
    }

    /// <summary>
    /// Where the value between quotes that opens here ends, past its last quote; null where it doesn't. A quote behind a
    /// backslash ends it only where no later one can, and one without a backslash is the last that can.
    /// </summary>
    public static int? EndOfQuoted(string text, int open)
    {
        var ends = new Stack<int>();
        for (var at = text.IndexOf(text[open], open + 1); at >= 0; at = text.IndexOf(text[open], at + 1))
        {
            ends.Push(at + 1);
            if (text[at - 1] != '\\')
            {
                break;
            }
        }

        while (ends.TryPop(out var end))
        {
            if (MayEndAt(text, end))
            {
                return end;
            }
        }

        return null;
    }
}
