using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>The identity provider whose access tokens the server accepts.</summary>
internal sealed class IdentityProviderSettings
{
    /// <summary>
    /// The issuer, exactly as the provider's discovery document and tokens name it. If it is <c>null</c>, no access token is
    /// accepted.
    /// </summary>
    public string? Issuer { get; set; }

    /// <summary>The audiences of this server. A token must name one of them.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>Whether the provider's keys may be fetched over TLS only.</summary>
    public bool RequireHttpsMetadata { get; set; } = true;

    /// <summary>The value of <see cref="DefaultRole"/> that gives no rights.</summary>
    public const string NoRole = "none";

    /// <summary>The role of tokens without a role claim.</summary>
    public string DefaultRole { get; set; } = RoleNames.Admin;

    /// <summary>
    /// Whether a user may read values back only after a sign-in with a second factor. The token says whether the user did.
    /// </summary>
    public bool RequireMfa { get; set; }

    /// <summary>The names of the claims in the provider's tokens.</summary>
    public ClaimSettings Claims { get; } = new();
}
