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
    /// Whether the text may be a workspace's id: what the identity provider gives, at most 64 of
    /// <c>[A-Za-z0-9_-]</c>.
    /// </summary>
    public static bool IsWorkspaceId(ReadOnlySpan<char> id) =>
        id.Length is > 0 and <= Limits.WorkspaceIdLength && !id.ContainsAnyExcept(WorkspaceIdCharacters);

    private static readonly System.Buffers.SearchValues<char> KeyCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly System.Buffers.SearchValues<char> WorkspaceIdCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
}
