namespace Secronna.Server.Features.Reads;

/// <summary>
/// Where a page ended in each of two lists. Empty is the start of a list, and <c>null</c> its end. A position in a list has no
/// vertical bar.
/// </summary>
internal readonly record struct TwoListPosition(string? First, string? Second)
{
    private const char Separator = '|';
    private const string End = "-";

    /// <summary>Reads the position of a page; <c>null</c> is the first page.</summary>
    public static TwoListPosition Parse(string? text) => text is null
        ? new TwoListPosition("", "")
        : new TwoListPosition(AtEnd(text.Split(Separator)[0]), AtEnd(text.Split(Separator)[1]));

    /// <summary>The position as text; <c>null</c> at the end of both lists.</summary>
    public string? ToText() => First is null && Second is null ? null : $"{First ?? End}{Separator}{Second ?? End}";

    private static string? AtEnd(string text) => text == End ? null : text;
}
