namespace Secronna.Cli.Help;

/// <summary>Suggests the name that a user may have meant by a misspelt word.</summary>
internal static class NameSuggestion
{
    /// <summary>
    /// A suggestion in brackets; empty where every name differs from the word by more than a third of the name's letters.
    /// </summary>
    public static string For(string word, IEnumerable<string> names) =>
        names.OrderBy(name => Edits(word, name)).FirstOrDefault(name => Edits(word, name) <= name.Length / 3) is { } near
            ? $" (did you mean {near}?)"
            : "";

    // The smallest number of characters to insert, delete or replace (Levenshtein distance).
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var character in from)
        {
            var diagonal = row[0]++;
            for (var i = 1; i <= to.Length; i++)
            {
                (diagonal, row[i]) = (row[i], Math.Min(Math.Min(row[i], row[i - 1]) + 1, diagonal + (character == to[i - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
