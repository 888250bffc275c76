using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Credentials;

/// <summary>Makes answers of stored credentials.</summary>
internal static class CredentialResponses
{
    public static ApiKeyCreatedResponse ToCreatedApiKey(this CredentialRow row, string token) =>
        new(row.Id, row.Name, row.Prefix, new Instant(row.CreatedAt), row.CreatedBy, ToInstant(row.ExpiresAt), token);

    public static ApiKeyResponse ToApiKey(this CredentialRow row) =>
        new(row.Id, row.Name, row.Prefix, new Instant(row.CreatedAt), row.CreatedBy, ToInstant(row.ExpiresAt),
            ToInstant(row.LastUsedAt), ToInstant(row.RevokedAt));

    public static AccessKeyCreatedResponse ToCreatedAccessKey(this CredentialRow row, string token) =>
        new(row.Id, row.Name, row.Prefix, new Instant(row.CreatedAt), row.CreatedBy, ToInstant(row.ExpiresAt),
            StoredGrants.Read(row), token);

    /// <exception cref="RequestException">INTEGRITY_ERROR: the stored grants can't be read.</exception>
    public static AccessKeyResponse ToAccessKey(this CredentialRow row) =>
        new(row.Id, row.Name, row.Prefix, new Instant(row.CreatedAt), row.CreatedBy, ToInstant(row.ExpiresAt),
            StoredGrants.Read(row), ToInstant(row.LastUsedAt), ToInstant(row.RevokedAt));

    /// <summary>The answer that says what a credential made.</summary>
    /// <param name="rows">What it made, with one row beyond the limit if there is more.</param>
    public static MadeResponse ToMade(IReadOnlyList<CredentialRow> rows)
    {
        var shown = rows.Take(Limits.MadeCredentials).OrderBy(row => row.Id, StringComparer.Ordinal).ToLookup(row => row.Kind);
        return new MadeResponse(
            [.. shown[ActorTypes.ApiKey].Select(ToApiKey)], [.. shown[ActorTypes.AccessKey].Select(ToAccessKey)],
            rows.Count > Limits.MadeCredentials);
    }

    private static Instant? ToInstant(long? microseconds) => microseconds is { } value ? new Instant(value) : null;
}
