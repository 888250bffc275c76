namespace Secronna.Storage.Tables;

/// <summary>An API key or an access key.</summary>
/// <param name="Id">The credential's id.</param>
/// <param name="WorkspaceId">The workspace's id.</param>
/// <param name="Kind">Whether it is an API key or an access key.</param>
/// <param name="Name">The name that users gave it.</param>
/// <param name="Prefix">The beginning of the token, by which the row is found.</param>
/// <param name="TokenHash">The keyed hash of the token. The token itself is not stored (S25).</param>
/// <param name="CreatedAt">When it was created, in microseconds since 1970.</param>
/// <param name="CreatedBy">The id of the caller who created it.</param>
/// <param name="Grants">The grants, in the JSON of the API. An empty list grants nothing; API keys have no use for it.</param>
/// <param name="ExpiresAt">When it expires; <c>null</c> when it does not expire.</param>
/// <param name="RevokedAt">When it was revoked; <c>null</c> when it was not.</param>
/// <param name="LastUsedAt">When it was last used; <c>null</c> when it was never used.</param>
public sealed record CredentialRow(
    string Id, string WorkspaceId, string Kind, string Name, string Prefix, byte[] TokenHash, long CreatedAt,
    string CreatedBy, string Grants, long? ExpiresAt, long? RevokedAt, long? LastUsedAt)
{
    /// <summary>The <see cref="Grants"/> of an API key, whose role decides alone, and of an access key that may do nothing.</summary>
    public const string NoGrants = "[]";
}
