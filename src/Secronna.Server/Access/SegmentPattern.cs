namespace Secronna.Server.Access;

/// <summary>
/// A segment of a grant's path, where <c>*</c> is any run of characters. Matching takes a time that grows with the lengths of
/// the pattern and the name alone, however many stars there are: their author may be a stranger to whoever waits for it.
/// </summary>
internal sealed class SegmentPattern
{
    private readonly string[] pieces;

    public SegmentPattern(string text) => pieces = text.Split('*');

    /// <summary>Whether it names one thing and no other.</summary>
    public bool IsLiteral => pieces.Length == 1;

    /// <summary>Whether it names everything.</summary>
    public bool MatchesAll => !IsLiteral && Array.TrueForAll(pieces, piece => piece.Length == 0);

    /// <summary>What everything that it matches begins with.</summary>
    public string Prefix => pieces[0];

    public bool Matches(string name)
    {
        if (IsLiteral)
        {
            return name == Prefix;
        }

        var last = pieces[^1];
        if (name.Length < Prefix.Length + last.Length
            || !name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(last, StringComparison.Ordinal))
        {
            return false;
        }

        // Each piece at its first place after the one before: a later place leaves no more room for those that follow.
        var rest = name.AsSpan(Prefix.Length, name.Length - Prefix.Length - last.Length);
        foreach (var piece in pieces.AsSpan(1, pieces.Length - 2))
        {
            var place = rest.IndexOf(piece, StringComparison.Ordinal);
            if (place < 0)
            {
                return false;
            }

            rest = rest[(place + piece.Length)..];
        }

        return true;
    }
}
