namespace Secronna.Server.Access.Tokens;

/// <summary>The names of the claims in the identity provider's tokens.</summary>
internal sealed class ClaimSettings
{
    /// <summary>The claim with the caller's id.</summary>
    public string Subject { get; set; } = "sub";

    /// <summary>The claim with the id of the caller's workspace.</summary>
    public string Workspace { get; set; } = "accountId";

    /// <summary>The claim that says <c>user</c> or <c>service_account</c>. A token without it is a user's.</summary>
    public string IdentityType { get; set; } = "identityType";

    /// <summary>The claim with the caller's name.</summary>
    public string Name { get; set; } = "name";

    /// <summary>The claim whose value is used as the name if the token has no name claim.</summary>
    public string Email { get; set; } = "email";

    /// <summary>The claim with the caller's role.</summary>
    public string RoleName { get; set; } = "role";

    /// <summary>The claim that is <c>true</c> after a sign-in with a second factor.</summary>
    public string MfaVerified { get; set; } = "mfaVerified";
}
