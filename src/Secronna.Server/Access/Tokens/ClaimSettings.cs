namespace Secronna.Server.Access.Tokens;

/// <summary>
/// Where the identity provider's tokens have each claim: a claim's name, or a JSON pointer to it (<see cref="ClaimPath"/>).
/// </summary>
internal sealed class ClaimSettings
{
    /// <summary>The default of <see cref="Workspace"/>.</summary>
    public const string UsualWorkspace = "accountId";

    /// <summary>The claim with the caller's id.</summary>
    public string Subject { get; set; } = "sub";

    /// <summary>The claim with the id of the caller's workspace.</summary>
    public string Workspace { get; set; } = UsualWorkspace;

    /// <summary>The claim that says <c>user</c> or <c>service_account</c>.</summary>
    public string IdentityType { get; set; } = "identityType";

    /// <summary>The claim with the caller's name.</summary>
    public string Name { get; set; } = "name";

    /// <summary>The claim whose value is used as the name if the token has no name claim.</summary>
    public string Email { get; set; } = "email";

    /// <summary>The claim with the caller's role or roles.</summary>
    public string RoleName { get; set; } = "role";

    /// <summary>The claim with the caller's groups.</summary>
    public string Groups { get; set; } = "groups";

    /// <summary>The claim that is <c>true</c> after a sign-in with a second factor.</summary>
    public string MfaVerified { get; set; } = "mfaVerified";

    /// <summary>The claims that may hold the token's scope. A scope is a sign of an access token.</summary>
    public IReadOnlyList<string> Scope { get; set; } = ["scope", "scp"];
}
