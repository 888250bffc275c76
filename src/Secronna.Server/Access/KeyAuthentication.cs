using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>Who an API key or access key is (S25).</summary>
internal sealed class KeyAuthentication(
    AccessCache cache, InstallationKeys keys, Database database, TimeProvider time, ILogger<KeyAuthentication> log)
{
    // What a token is compared with where no credential begins so: the same work, and never equal.
    private static readonly CredentialRow Nobody = new(
        "key_00000000000000000000000000", "acc_000000000000", ActorTypes.ApiKey, "", "",
        RandomNumberGenerator.GetBytes(KeyedHash.Size), 0, "", CredentialRow.NoGrants, null, null, null);

    // Of the length of any, and nobody's: this alphabet has no such letter.
    private const string NobodysPrefix = "sk_live_ilouilou";

    /// <summary>The key's caller; null when the token isn't a valid one.</summary>
    public async ValueTask<Authenticated?> FindAsync(string token, RequestOrigin origin)
    {
        if (!CredentialToken.HasForm(token))
        {
            return null;
        }

        var prefix = CredentialToken.Prefix(token);
        var (credential, wasRead) = await cache.FindAsync(prefix);
        if (!IsValid(credential?.Row ?? Nobody, token) || credential is null)
        {
            if (!wasRead)
            {
                // A guess takes as long where its prefix is someone's, and remembered, as where it is nobody's.
                await cache.ReadAsync(NobodysPrefix);
            }

            return null;
        }

        if (credential.WorkspaceAllowed)
        {
            NoteUse(credential);
        }

        return new Authenticated(CallerOf(credential, origin), credential.WorkspaceAllowed);
    }

    private static Caller CallerOf(CachedCredential credential, RequestOrigin origin)
    {
        var row = credential.Row;
        return row.Kind == ActorTypes.ApiKey
            ? new Caller(row.Kind, row.Id, row.WorkspaceId, row.Name, Role.ApiKey, origin)
            : new Caller(row.Kind, row.Id, row.WorkspaceId, row.Name, Role.AccessKey, origin) { Grants = credential.Grants };
    }

    private bool IsValid(CredentialRow row, string token)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Size];
        CredentialToken.Hash(keys, row.WorkspaceId, row.Id, token, hash);
        return KeyedHash.Equal(hash, row.TokenHash)
            && token.StartsWith(KeyTokens.StartOf(row.Kind), StringComparison.Ordinal)
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
            await database.WriteAsync((id, at), static (transaction, it) => CredentialTable.StoreLastUseAsync(transaction, it.id, it.at));
        }
        catch (StorageUnavailableException exception)
        {
            AccessLog.UseNotNoted(log, id, exception.Message);
        }
    }
}
