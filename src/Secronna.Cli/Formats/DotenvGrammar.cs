namespace Secronna.Cli.Formats;

/// <summary>
/// The characters of the grammar of Node's dotenv 17. That library parses by one JavaScript regular expression, whose character
/// classes differ from .NET's: U+FEFF is a space, U+0085 is not, and U+2028 and U+2029 end lines.
/// </summary>
internal static class DotenvGrammar
{
    /// <summary>The quotes that a value can stand between, the most usual first.</summary>
    public const string Quotes = "'\"`";

    public static bool IsSpace(char character) => character == '\uFEFF' || (character != '\u0085' && char.IsWhiteSpace(character));

    /// <summary>Whether a character ends a line. Carriage returns have been replaced by line feeds before.</summary>
    public static bool IsLineEnd(char character) => character is '\n' or '\u2028' or '\u2029';

    public static bool IsOfKey(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-';

    public static bool IsQuote(char character) => Quotes.Contains(character, StringComparison.Ordinal);

    /// <summary>The first position at or after the given one that is not a space.</summary>
    public static int PastSpace(string text, int at)
    {
        while (at < text.Length && IsSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>Whether a quoted value may end here: the rest of the line is blank or a comment.</summary>
    public static bool MayEndAt(string text, int at)
    {
        var rest = PastSpace(text, at);
        return rest == text.Length || text[rest] == '#' || text.AsSpan(at, rest - at).ContainsAny('\n', '\u2028', '\u2029');
    }

    /// <summary>
    /// The position after the closing quote of the value whose opening quote is at <paramref name="open"/>; <c>null</c> where no
    /// quote closes it. The first quote without a backslash before it is the last quote that can close the value. Earlier quotes
    /// have a backslash before them. Such a quote closes the value only if no later quote can.
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
