using System.Text;

namespace Secronna.Protocol;

/// <summary>The rules for names, slugs, keys and paths (S29, HTTP API).</summary>
public static class Names
{
    /// <summary>Whether the text may be a secret's key: <c>[A-Za-z_][A-Za-z0-9_]*</c>, at most 256 characters.</summary>
    public static bool IsKey(ReadOnlySpan<char> key) =>
        key.Length is > 0 and <= Limits.KeyLength
        && !char.IsAsciiDigit(key[0])
        && !key.ContainsAnyExcept(KeyCharacters);

    /// <summary>
    /// The slug of a name: its ASCII letters in lower case and its digits, with one hyphen for every run of anything
    /// else between them. Empty when the name has neither letter nor digit.
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
    /// Whether the text may be a grant's path: one to three segments of a project's slug, an environment's slug and a key,
    /// each with <c>*</c> anywhere, or a part of them.
    /// </summary>
    public static bool IsGrantPath(string path) =>
        path.Length <= Limits.GrantPathLength
        && path.Split('/') is { Length: <= 3 } segments
        && segments.All(segment => segment.Length > 0)
        && segments.Take(2).All(segment => !segment.AsSpan().ContainsAnyExcept(SlugPatternCharacters))
        && segments.Skip(2).All(segment => !segment.AsSpan().ContainsAnyExcept(KeyPatternCharacters));

    /// <summary>
    /// Whether the text may be a workspace's id: what the identity provider gives, at most 64 of
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
