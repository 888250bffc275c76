using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Storage;

namespace Secronna.Server.Access;

/// <summary>
/// Finds out who makes a request (S21, S22): API keys and access keys. An access token of the identity provider has
/// another form than theirs, and is refused where no provider is configured.
/// </summary>
internal sealed class Authentication(
    AccessCache cache, InstallationKeys keys, RateLimits rates, Database database, TimeProvider time,
    ILogger<Authentication> log)
{
    private const string Scheme = "Bearer ";

    /// <summary>The caller that the header's credential stands for.</summary>
    /// <exception cref="RequestException">AUTH_REQUIRED, RATE_LIMITED, FORBIDDEN or UNAVAILABLE.</exception>
    public async ValueTask<Caller> AuthenticateAsync(string? authorization, RequestOrigin origin)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Errors.AuthRequired();
        }

        var token = authorization[Scheme.Length..].Trim();
        if (await FindAsync(token) is not { } credential)
        {
            rates.CountFailedAuthentication(origin.Ip);
            throw Errors.AuthRequired();
        }

        var row = credential.Row;
        if (!credential.WorkspaceAllowed)
        {
            Log.WorkspaceNotAllowed(log, row.WorkspaceId, row.Id, origin.RequestId);
            throw Errors.WorkspaceNotAllowed();
        }

        NoteUse(credential);
        return new Caller(
            row.Kind, row.Id, row.WorkspaceId, row.Name,
            row.Kind == ActorTypes.ApiKey ? Role.Administrator : Role.AccessKey, origin);
    }

    private async ValueTask<CachedCredential?> FindAsync(string token) =>
        CredentialToken.HasForm(token)
        && await cache.FindAsync(CredentialToken.Prefix(token)) is { } credential
        && IsValid(credential.Row, token)
            ? credential
            : null;

    private bool IsValid(CredentialRow row, string token)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Size];
        CredentialToken.Hash(keys, row.WorkspaceId, row.Id, token, hash);
        return KeyedHash.Equal(hash, row.TokenHash)
            && token.StartsWith(CredentialToken.Start(row.Kind), StringComparison.Ordinal)
            && row.RevokedAt is null
            && (row.ExpiresAt is not { } expiry || expiry > Instant.From(time.GetUtcNow()).Microseconds);
    }

    // Nobody waits for it and nothing rests on it; should it fail, the next minute notes it again.
    private void NoteUse(CachedCredential credential)
    {
        var minute = Instant.From(time.GetUtcNow()).Microseconds / CachedCredential.MicrosecondsPerMinute;
        if (credential.IsFirstUseIn(minute))
        {
            _ = NoteUseAsync(credential.Row.Id, minute * CachedCredential.MicrosecondsPerMinute);
        }
    }

    private async Task NoteUseAsync(string id, long at)
    {
        try
        {
            await database.WriteAsync((id, at), static (transaction, it) => Credentials.TouchAsync(transaction, it.id, it.at));
        }
        catch (StorageUnavailableException exception)
        {
            Log.UseNotNoted(log, id, exception.Message);
        }
    }
}
