using static Secronna.Cli.Formats.DotenvGrammar;

namespace Secronna.Cli.Formats;

/// <summary>A key and its value, and the line that the key stands in, from 1.</summary>
internal sealed record DotenvEntry(string Key, string Value, int Line)
{
    /// <summary>Names the line, and nothing of what it has.</summary>
    public override string ToString() => $"line {Line}";
}

/// <summary>
/// Reads dotenv exactly as Node's dotenv 17 does, which the tests compare. That one is a backtracking expression; this is the
/// same without going back, in time that grows as the text does.
/// </summary>
internal sealed class DotenvReader
{
    private const string Export = "export";

    private readonly string text;
    private readonly List<DotenvEntry> entries = [];
    private readonly List<int> stray = [];
    private int counted;
    private int line = 1;

    private DotenvReader(string text) => this.text = text;

    /// <summary>All entries in their order, and the lines that Node's passes over although they are no comments.</summary>
    public static (IReadOnlyList<DotenvEntry> Entries, IReadOnlyList<int> Stray) Read(string text)
    {
        var reader = new DotenvReader(DotenvValue.WithLineFeeds(text));
        reader.ReadAll();
        return (reader.entries, reader.stray);
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
                stray.Add(LineOf(at));
            }

            at = NextLine(at);
        }
    }

    // Where a key and its value begin, if they do here. The word export is a key where no other follows.
    private (Range Key, int Value)? EntryAt(int at)
    {
        var past = at + Export.Length;
        return string.CompareOrdinal(text, at, Export, 0, Export.Length) == 0 && PastSpace(text, past) is var key && key > past
            ? Pair(key) ?? Pair(at)
            : Pair(at);
    }

    // KEY= or KEY: with a space behind the colon. An equals sign may stand on a later line.
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

    // Between quotes, which may open on a later line; else up to the end of the line or a comment.
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
