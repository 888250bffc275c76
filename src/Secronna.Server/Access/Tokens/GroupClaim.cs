using System.Text.Json;

namespace Secronna.Server.Access.Tokens;

/// <summary>The groups of a token's holder.</summary>
/// <param name="Names">The names or ids of the groups, exactly as the provider writes them.</param>
/// <param name="AreOmitted">Whether the holder may have more groups than the token names.</param>
internal sealed record GroupClaim(IReadOnlyList<string> Names, bool AreOmitted)
{
    /// <summary>Groups of a token, at most.</summary>
    public const int MaxGroups = 1_000;

    // Entra names in these claims that a token would be too large with all groups in it (OpenID Connect Core 1.0, section 5.6.2).
    private const string ClaimNames = "_claim_names";
    private const string HasGroups = "hasgroups";

    /// <summary>Reads a list of groups, or one text, which is one group even if it holds commas or spaces.</summary>
    public static GroupClaim Read(JsonElement claims, string path)
    {
        List<string> groups = ClaimPath.TryFind(claims, path, out var claim)
            ? [.. ClaimPath.Texts(claim).Where(group => group.Length > 0).Distinct(StringComparer.Ordinal).Take(MaxGroups + 1)]
            : [];
        return groups.Count > MaxGroups
            ? new GroupClaim(groups[..MaxGroups], AreOmitted: true)
            : new GroupClaim(groups, IsLeftOut(claims, path));
    }

    private static bool IsLeftOut(JsonElement claims, string path) =>
        (claims.TryGetProperty(HasGroups, out var has) && has.ValueKind != JsonValueKind.False)
        || (claims.TryGetProperty(ClaimNames, out var names) && names.ValueKind == JsonValueKind.Object
            && (names.TryGetProperty(path, out _) || names.TryGetProperty("groups", out _)));
}
