namespace Secronna.UnitTests.Cli.Formats;

/// <summary>Enumerates all texts over a small alphabet.</summary>
internal static class Words
{
    /// <summary>All texts of these characters up to a length, the shortest first.</summary>
    public static IEnumerable<string> Of(string characters, int longest) =>
        longest == 0 ? [""] : Of(characters, longest - 1).Concat(Exactly(characters, longest));

    private static IEnumerable<string> Exactly(string characters, int length) =>
        length == 0 ? [""] : Exactly(characters, length - 1).SelectMany(word => characters, (word, character) => word + character);
}
