namespace Secronna.IdentityProvider.People;

/// <summary>A person who can sign in. A claim that is <c>null</c> is not in the tokens.</summary>
/// <param name="Sub">The subject, which identifies the person.</param>
/// <param name="AccountId">The workspace, <c>acc_…</c>.</param>
/// <param name="Email">The e-mail address.</param>
/// <param name="Name">The name to show.</param>
/// <param name="Role">Usually owner, admin, member or viewer. Any other text is written into the tokens unchanged.</param>
/// <param name="MfaVerified">Whether the sign-in took a second factor.</param>
public sealed record Person(
    string Sub,
    string? AccountId,
    string? Email,
    string? Name,
    string? Role = null,
    bool? MfaVerified = null)
{
    /// <summary>The kind of identity: <c>user</c>, or <c>service_account</c> for a service account.</summary>
    public string? IdentityType { get; init; } = "user";
}
