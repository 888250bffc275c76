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
            else if (char.GetUnicodeCategory(character) is not System.Globalization.UnicodeCategory.NonSpacingMark
                && slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().TrimEnd('-');
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

    private static readonly System.Buffers.SearchValues<char> KeyCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly System.Buffers.SearchValues<char> KeyPatternCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_*");

    private static readonly System.Buffers.SearchValues<char> SlugPatternCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-*");

    private static readonly System.Buffers.SearchValues<char> WorkspaceIdCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
}
