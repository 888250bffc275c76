namespace Secronna.IdentityProvider.People;

/// <summary>Someone who can sign in. A claim that is null is left out of the tokens.</summary>
/// <param name="Sub">The subject: what tells people apart.</param>
/// <param name="AccountId">The workspace, <c>acc_…</c>.</param>
/// <param name="Role">Mostly owner, admin, member or viewer; anything is said as it is.</param>
/// <param name="MfaVerified">Whether the sign-in took a second factor.</param>
public sealed record Person(
    string Sub,
    string? AccountId,
    string? Email,
    string? Name,
    string? Role = null,
    bool? MfaVerified = null)
{
    /// <summary>A service account's tokens say <c>service_account</c> here.</summary>
    public string? IdentityType { get; init; } = "user";
}
