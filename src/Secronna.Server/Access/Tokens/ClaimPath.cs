using System.Globalization;
using System.Text.Json;

namespace Secronna.Server.Access.Tokens;

/// <summary>
/// Finds a claim by its name, or by a JSON pointer (RFC 6901) if the text begins with <c>/</c>: <c>/realm_access/roles</c>.
/// </summary>
internal static class ClaimPath
{
    /// <summary>Whether the text is a claim's name or a well-formed JSON pointer.</summary>
    public static bool IsValid(string path)
    {
        if (path.Length == 0)
        {
            return false;
        }

        for (var tilde = IndexOfTilde(path, 0); tilde >= 0; tilde = IndexOfTilde(path, tilde + 1))
        {
            if (tilde + 1 == path.Length || path[tilde + 1] is not ('0' or '1'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds a claim; returns false if the token does not have it.</summary>
    public static bool TryFind(JsonElement claims, string path, out JsonElement claim)
    {
        if (path[0] != '/')
        {
            return claims.TryGetProperty(path, out claim);
        }

        claim = claims;
        foreach (var token in path[1..].Split('/'))
        {
            if (!TryStep(claim, Unescape(token), out claim))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The text of a claim; <c>null</c> if the token does not have the claim, or if it is not text.</summary>
    public static string? Text(JsonElement claims, string path) => TryFind(claims, path, out var claim) ? StrictJson.Text(claim) : null;

    /// <summary>The texts of a claim that is a text or a list. Whatever is not text is left out.</summary>
    public static IEnumerable<string> Texts(JsonElement claim) => claim.ValueKind == JsonValueKind.Array
        ? claim.EnumerateArray().Select(StrictJson.Text).OfType<string>()
        : StrictJson.Text(claim) is { } text ? [text] : [];

    private static bool TryStep(JsonElement parent, string token, out JsonElement child)
    {
        child = default;
        switch (parent.ValueKind)
        {
            case JsonValueKind.Object:
                return parent.TryGetProperty(token, out child);
            case JsonValueKind.Array when IsIndex(token, out var index) && index < parent.GetArrayLength():
                child = parent[index];
                return true;
            default:
                return false;
        }
    }

    // RFC 6901, section 4: an index has no leading zeros.
    private static bool IsIndex(string token, out int index) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out index) && (token == "0" || token[0] != '0');

    // RFC 6901, section 4: ~1 first, so that ~01 becomes ~1.
    private static string Unescape(string token) =>
        token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static int IndexOfTilde(string path, int from) => path[0] == '/' ? path.IndexOf('~', from) : -1;
}
