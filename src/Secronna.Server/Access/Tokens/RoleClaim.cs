using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>Reads the role of a token's holder.</summary>
internal static class RoleClaim
{
    /// <summary>
    /// The strongest role that the claim names, by our name or by one that the settings map to ours. It is
    /// <see cref="RoleNames.Restricted"/> if the claim names no known role, and <c>null</c> if the token has no role claim.
    /// </summary>
    public static string? Read(JsonElement claims, IdentityProviderSettings settings)
    {
        if (!ClaimPath.TryFind(claims, settings.Claims.RoleName, out var claim))
        {
            return null;
        }

        var roles = ClaimPath.Texts(claim).Select(name => OursOf(name, settings.Roles)).ToHashSet(StringComparer.Ordinal);
        return RoleNames.All.FirstOrDefault(roles.Contains) ?? RoleNames.Restricted;
    }

    private static string OursOf(string name, IEnumerable<RoleMapping> mappings) =>
        mappings.FirstOrDefault(mapping => mapping.From == name)?.To ?? name;
}
