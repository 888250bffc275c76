using System.Collections.Frozen;

namespace Secronna.Crypto.Trail;

/// <summary>
/// Words that an entry stores as numbers. The tables belong to the format: a word keeps its number for ever, and a word that a
/// later version adds is stored as text. A decoder refuses text where the table has a number, so adding a word to a table would
/// make entries unreadable.
/// </summary>
/// <param name="words">The words in the order of their numbers.</param>
/// <param name="first">The number of the first word.</param>
internal sealed class WordTable(int first, string[] words)
{
    /// <summary>The number of a word that is not in the table.</summary>
    public const int None = -1;

    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> numbers = words.Index()
        .ToFrozenDictionary(word => word.Item, word => word.Index + first, StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The words in the order of their numbers.</summary>
    public IReadOnlyList<string> Words => words;

    /// <summary>The number of a word, or <see cref="None"/>.</summary>
    public int NumberOf(ReadOnlySpan<char> word) => numbers.TryGetValue(word, out var number) ? number : None;

    /// <summary>The word of a number.</summary>
    /// <exception cref="FormatException">The table has no such number.</exception>
    public string WordOf(int number) => number >= first && number - first < words.Length
        ? words[number - first]
        : throw new FormatException("A number of the entry stands for no word.");
}
