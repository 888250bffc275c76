using Secronna.Protocol;

namespace Secronna.Server.Access.Tokens;

/// <summary>The identity provider whose access tokens are taken.</summary>
internal sealed class IdentityProviderSettings
{
    /// <summary>As its discovery document and its tokens have it; null takes no tokens.</summary>
    public string? Issuer { get; set; }

    /// <summary>One of them must be a token's.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>Whether the provider must be asked for its keys over TLS.</summary>
    public bool RequireHttpsMetadata { get; set; } = true;

    /// <summary>A default role that has no rights.</summary>
    public const string NoRole = "none";

    /// <summary>The role of tokens that name none.</summary>
    public string DefaultRole { get; set; } = RoleNames.Admin;

    /// <summary>Whether reveals need a token that says its user signed in with a second factor.</summary>
    public bool RequireMfa { get; set; }

    public ClaimSettings Claims { get; } = new();
}

/// <summary>How the provider names its claims.</summary>
internal sealed class ClaimSettings
{
    /// <summary>The actor.</summary>
    public string Subject { get; set; } = "sub";

    /// <summary>The workspace.</summary>
    public string Workspace { get; set; } = "accountId";

    /// <summary><c>user</c> or <c>service_account</c>.</summary>
    public string IdentityType { get; set; } = "identityType";

    public string Name { get; set; } = "name";

    /// <summary>What a user without a name is called.</summary>
    public string Email { get; set; } = "email";

    public string Role { get; set; } = "role";

    /// <summary>True after a sign-in with a second factor.</summary>
    public string MfaVerified { get; set; } = "mfaVerified";
}
