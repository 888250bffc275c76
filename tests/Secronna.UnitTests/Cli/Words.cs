namespace Secronna.UnitTests.Cli;

/// <summary>All texts of a few characters.</summary>
internal static class Words
{
    /// <summary>Every one of up to so many characters, the shortest first.</summary>
    public static IEnumerable<string> Of(string characters, int longest) =>
        longest == 0 ? [""] : Of(characters, longest - 1).Concat(Exactly(characters, longest));

    private static IEnumerable<string> Exactly(string characters, int length) =>
        length == 0 ? [""] : Exactly(characters, length - 1).SelectMany(word => characters, (word, character) => word + character);
}
