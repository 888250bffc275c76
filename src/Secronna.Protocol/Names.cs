using System.Buffers;
using System.Globalization;
using System.Text;

namespace Secronna.Protocol;

/// <summary>The rules for names, slugs, keys and paths (S29).</summary>
public static class Names
{
    /// <summary>Whether a text is a valid key of a secret: <c>[A-Za-z_][A-Za-z0-9_]*</c>, at most 256 characters.</summary>
    public static bool IsKey(ReadOnlySpan<char> key) =>
        key.Length is > 0 and <= Limits.KeyLength
        && !char.IsAsciiDigit(key[0])
        && !key.ContainsAnyExcept(KeyCharacters);

    /// <summary>
    /// The slug of a name: its ASCII letters, in lower case, and its digits. Every run of other characters between them becomes
    /// one hyphen; accents are dropped (Unicode form D). The slug is empty where the name has no ASCII letter and no digit.
    /// </summary>
    public static string Slug(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var character in name.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                slug.Append(char.ToLowerInvariant(character));
            }
            else if (char.GetUnicodeCategory(character) is not UnicodeCategory.NonSpacingMark
                && slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().TrimEnd('-');
    }

    /// <summary>
    /// Whether every character of a text can be seen: none is a control character, a line break, half of a surrogate pair, a
    /// character that changes the direction of writing, or one that shows nothing. So what a person reads is the whole text.
    /// </summary>
    public static bool IsVisible(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var length) != OperationStatus.Done || IsInvisible(rune))
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    /// <summary>
    /// Whether a text is a valid path of a grant: a project's slug, optionally an environment's slug, and optionally a key, with
    /// slashes between them. <c>*</c> may stand anywhere in each segment.
    /// </summary>
    public static bool IsGrantPath(string path) =>
        path.Length <= Limits.GrantPathLength
        && path.Split('/') is { Length: <= 3 } segments
        && segments.All(segment => segment.Length > 0)
        && segments.Take(2).All(segment => !segment.AsSpan().ContainsAnyExcept(SlugPatternCharacters))
        && segments.Skip(2).All(segment => !segment.AsSpan().ContainsAnyExcept(KeyPatternCharacters));

    /// <summary>
    /// Whether a text is a valid id of a workspace, as the identity provider gives it: 1 to 64 characters of
    /// <c>[A-Za-z0-9_-]</c>.
    /// </summary>
    public static bool IsWorkspaceId(ReadOnlySpan<char> id) =>
        id.Length is > 0 and <= Limits.WorkspaceIdLength && !id.ContainsAnyExcept(WorkspaceIdCharacters);

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || Array.Exists(InvisibleRanges, range => rune.Value >= range.First && rune.Value <= range.Last);

    // The characters outside the categories above that show nothing: those with Default_Ignorable_Code_Point (Unicode Standard
    // Annex #44), and the Braille pattern without dots.
    private static readonly (int First, int Last)[] InvisibleRanges =
    [
        (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x2800, 0x2800), (0x3164, 0x3164),
        (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF),
    ];

    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly SearchValues<char> KeyPatternCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_*");

    private static readonly SearchValues<char> SlugPatternCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-*");

    private static readonly SearchValues<char> WorkspaceIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
}
