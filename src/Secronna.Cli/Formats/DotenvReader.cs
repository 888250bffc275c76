using static Secronna.Cli.Formats.DotenvGrammar;

namespace Secronna.Cli.Formats;

/// <summary>
/// Reads dotenv exactly as Node's dotenv 17 does; tests compare the two. Node's dotenv is a backtracking regular expression.
/// This reader does not backtrack, so its time grows linearly with the text.
/// </summary>
internal sealed class DotenvReader
{
    private const string Export = "export";

    private readonly string text;
    private readonly List<DotenvEntry> entries = [];
    private readonly List<int> unread = [];
    private int counted;
    private int line = 1;

    private DotenvReader(string text) => this.text = text;

    /// <summary>All entries in their order, and the numbers of the lines that Node ignores although they are not comments.</summary>
    public static (IReadOnlyList<DotenvEntry> Entries, IReadOnlyList<int> Unread) Read(string text)
    {
        var reader = new DotenvReader(DotenvValue.WithLineFeeds(text));
        reader.ReadAll();
        return (reader.entries, reader.unread);
    }

    private void ReadAll()
    {
        for (var at = PastSpace(text, 0); at < text.Length; at = PastSpace(text, at))
        {
            if (EntryAt(at) is var (key, value))
            {
                var (end, content) = ValueAt(value);
                entries.Add(new DotenvEntry(text[key], content, LineOf(key.Start.Value)));
                at = end;
            }
            else if (text[at] != '#')
            {
                unread.Add(LineOf(at));
            }

            at = NextLine(at);
        }
    }

    // The key that begins here and the position of its value, if there is one. "export" itself is the key where no other key follows it.
    private (Range Key, int Value)? EntryAt(int at)
    {
        var past = at + Export.Length;
        return string.CompareOrdinal(text, at, Export, 0, Export.Length) == 0 && PastSpace(text, past) is var key && key > past
            ? Pair(key) ?? Pair(at)
            : Pair(at);
    }

    // KEY=, or KEY: followed by a space. The equals sign may be on a later line.
    private (Range Key, int Value)? Pair(int key)
    {
        var end = key;
        while (end < text.Length && IsOfKey(text[end]))
        {
            end++;
        }

        if (end == key || end == text.Length)
        {
            return null;
        }

        var sign = PastSpace(text, end);
        return sign < text.Length && text[sign] == '=' ? (key..end, sign + 1)
            : text[end] == ':' && PastSpace(text, end + 1) > end + 1 ? (key..end, end + 2)
            : null;
    }

    // A value between quotes, which may open on a later line; else the rest of the line up to a comment.
    private (int End, string Value) ValueAt(int at)
    {
        var first = PastSpace(text, at);
        if (first < text.Length && IsQuote(text[first]) && EndOfQuoted(text, first) is { } quoted)
        {
            return (quoted, DotenvValue.Of(text[first..quoted]));
        }

        var length = text.AsSpan(at).IndexOfAny('\n', '#');
        var end = length < 0 ? text.Length : at + length;
        return (end, DotenvValue.Of(text[at..end]));
    }

    private int NextLine(int at)
    {
        var length = text.AsSpan(at).IndexOfAny('\n', '\u2028', '\u2029');
        return length < 0 ? text.Length : at + length + 1;
    }

    private int LineOf(int at)
    {
        line += text.AsSpan(counted, at - counted).Count('\n');
        counted = at;
        return line;
    }
}
