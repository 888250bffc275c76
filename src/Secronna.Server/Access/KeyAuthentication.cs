using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>Authenticates API keys and access keys (S25).</summary>
internal sealed class KeyAuthentication(
    AccessCache cache, InstallationKeys keys, Database database, AccessSettings settings, BelievedClock clock,
    ILogger<KeyAuthentication> log)
{
    // A token with an unknown prefix is compared with this row. This takes as long as with a real row, and the hashes are never
    // equal.
    private static readonly CredentialRow Nobody = new(
        "key_00000000000000000000000000", "acc_000000000000", ActorTypes.ApiKey, "", "",
        RandomNumberGenerator.GetBytes(KeyedHash.Size), 0, "", CredentialRow.NoGrants, null, null, null);

    // This prefix has the usual length. No credential has it, because the alphabet of tokens lacks the letters i, l, o and u.
    private const string UnusedPrefix = "sk_live_ilouilou";

    /// <summary>Finds the caller whom the token authenticates; <c>null</c> if the token is not valid.</summary>
    public async ValueTask<Authenticated?> FindAsync(string token, RequestOrigin origin)
    {
        if (!CredentialToken.IsWellFormed(token))
        {
            return null;
        }

        var prefix = CredentialToken.Prefix(token);
        var (credential, wasRead) = await cache.FindAsync(prefix, origin.Ip, origin.Aborted);
        if (!IsValid(credential?.Row ?? Nobody, token) || credential is null)
        {
            if (!wasRead)
            {
                // A wrong token with a cached prefix must take as long as a token with an unknown prefix, which reads the
                // database.
                await cache.LookUpAsync(UnusedPrefix, origin.Ip, origin.Aborted);
            }

            return null;
        }

        if (credential.IsWorkspaceAllowed)
        {
            NoteUse(credential);
        }

        return new Authenticated(CallerOf(credential, origin), credential.IsWorkspaceAllowed);
    }

    private Caller CallerOf(CachedCredential credential, RequestOrigin origin)
    {
        var row = credential.Row;
        return row.Kind == ActorTypes.ApiKey
            ? new Caller(row.Kind, row.Id, row.WorkspaceId, row.Name, Role.ApiKey, origin) { MayNotGrant = !settings.KeysMayGrant }
            : new Caller(row.Kind, row.Id, row.WorkspaceId, row.Name, Role.AccessKey, origin) { Grants = credential.Grants };
    }

    private bool IsValid(CredentialRow row, string token)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Size];
        CredentialToken.Hash(keys, row.WorkspaceId, row.Id, token, hash);
        return KeyedHash.Equal(hash, row.TokenHash)
            && token.StartsWith(KeyTokens.StartOf(row.Kind), StringComparison.Ordinal)
            && row.RevokedAt is null
            && (row.ExpiresAt is not { } expiry || expiry > Instant.From(clock.Now).Microseconds);
    }

    // No request waits for this, and nothing depends on it. If it fails, a use in the next minute tries again.
    private void NoteUse(CachedCredential credential)
    {
        var minute = Instant.From(clock.Now).Microseconds / CachedCredential.MicrosecondsPerMinute;
        if (credential.IsFirstUseIn(minute))
        {
            _ = NoteUseAsync(credential.Row.Id, minute * CachedCredential.MicrosecondsPerMinute);
        }
    }

    private async Task NoteUseAsync(string id, long at)
    {
        try
        {
            await database.WriteAsync(transaction => CredentialTable.StoreLastUseAsync(transaction, id, at));
        }
        catch (StorageUnavailableException exception)
        {
            AccessLog.UseNotNoted(log, id, exception.Message);
        }
    }
}
