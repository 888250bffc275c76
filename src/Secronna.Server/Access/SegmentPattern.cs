namespace Secronna.Server.Access;

/// <summary>
/// A segment of a grant's path, in which <c>*</c> stands for any run of characters. However many stars there are, the time to
/// match grows at most with the product of the pattern's length and the name's length. So the author of a pattern can't make
/// others wait.
/// </summary>
internal sealed class SegmentPattern
{
    private readonly string[] pieces;

    public SegmentPattern(string text) => pieces = text.Split('*');

    /// <summary>Whether the pattern has no star, and so matches one name only.</summary>
    public bool IsLiteral => pieces.Length == 1;

    /// <summary>Whether the pattern consists of stars, and so matches every name.</summary>
    public bool MatchesAll => !IsLiteral && Array.TrueForAll(pieces, piece => piece.Length == 0);

    /// <summary>The text before the first star. Every name that matches begins with it.</summary>
    public string Prefix => pieces[0];

    /// <summary>Whether the pattern matches the whole name. Upper and lower case differ.</summary>
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

        // Each piece is matched at its first occurrence after the previous piece. A later occurrence would only leave less text
        // for the pieces that follow.
        var rest = name.AsSpan(Prefix.Length, name.Length - Prefix.Length - last.Length);
        foreach (var piece in pieces.AsSpan(1, pieces.Length - 2))
        {
            var index = rest.IndexOf(piece, StringComparison.Ordinal);
            if (index < 0)
            {
                return false;
            }

            rest = rest[(index + piece.Length)..];
        }

        return true;
    }
}
