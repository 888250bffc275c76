using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>The identity provider whose tokens the server accepts, and what the tokens must say.</summary>
internal sealed class IdentityProviderSettings
{
    /// <summary>The default of <see cref="MfaMethods"/>.</summary>
    public static readonly IReadOnlyList<string> UsualMfaMethods = ["mfa"];

    /// <summary>
    /// The issuer, exactly as the provider's discovery document and tokens name it. If it is <c>null</c>, no token is accepted.
    /// </summary>
    public string? Issuer { get; set; }

    /// <summary>The audiences of this server. A token must name one of them.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>Whether the provider's keys may be fetched over TLS only.</summary>
    public bool RequireHttpsMetadata { get; set; } = true;

    /// <summary>The role of a person whose token has no role claim.</summary>
    public string DefaultRole { get; set; } = RoleNames.Restricted;

    /// <summary>Names of the provider's roles, and the roles that they stand for here.</summary>
    public IList<RoleMapping> Roles { get; } = [];

    /// <summary>The names of the claims in the provider's tokens.</summary>
    public ClaimSettings Claims { get; } = new();

    /// <summary>The workspace of all callers; <c>null</c> if the token names it.</summary>
    public string? Workspace { get; set; }

    /// <summary>Claims that each token must have.</summary>
    public IList<RequiredClaim> RequiredClaims { get; } = [];

    /// <summary>Whether the operator has said that the provider gives tokens to the operator's own people alone.</summary>
    public bool IssuerIsOurs { get; set; }

    /// <summary>
    /// Whether users need a sign-in with a second factor for every operation that opens values, gives or takes power, or deletes
    /// (S32). The token says whether the user did.
    /// </summary>
    public bool RequireMfa { get; set; }

    /// <summary>The methods of claim <c>amr</c> (RFC 8176) that are a second factor.</summary>
    public IReadOnlyList<string> MfaMethods { get; set; } = UsualMfaMethods;

    /// <summary>The values of claim <c>acr</c> that stand for a sign-in with a second factor.</summary>
    public IList<string> MfaContexts { get; } = [];

    /// <summary>The client ids of programs that sign in as themselves.</summary>
    public IList<string> Programs { get; } = [];

    /// <summary>Whether the tokens are access tokens or ID tokens.</summary>
    public TokenType TokenType { get; set; }

    /// <summary>Whether an access token is accepted without a sign that it is one, because the provider's tokens have no such sign.</summary>
    public bool AcceptsUnmarked { get; set; }

    /// <summary>The longest time that a token may be valid for.</summary>
    public TimeSpan MaxTokenLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What clients need to sign people in.</summary>
    public SignInSettings SignIn { get; } = new();
}

/// <summary>The kind of token that people send.</summary>
internal enum TokenType
{
    /// <summary>An access token (RFC 9068, or a plain JWT that has a sign of one).</summary>
    AccessToken,

    /// <summary>An ID token (OpenID Connect Core 1.0), for providers whose access tokens can't be verified.</summary>
    IdToken,
}

/// <summary>A role of the provider, and the role of <see cref="RoleNames"/> that it stands for.</summary>
internal sealed record RoleMapping(string From, string To);

/// <summary>A claim, by name or JSON pointer, and the value that it must have.</summary>
internal sealed record RequiredClaim(string Claim, string Value);
