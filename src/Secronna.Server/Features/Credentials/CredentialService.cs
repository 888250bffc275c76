using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Credentials;

/// <summary>
/// Creates, lists and changes API keys and access keys (S25). A change takes effect on every node within a second (S22).
/// </summary>
internal sealed class CredentialService(
    Database database, Authorization authorization, InstallationKeys keys, LimitSettings limits, BelievedClock clock,
    TimeProvider time)
{
    public async Task<ApiKeyCreatedResponse> CreateApiKeyAsync(
        Caller caller, string name, int? expiresInDays, Idempotency? idempotency)
    {
        await authorization.DemandAsync(caller, Operations.CreateApiKey);
        return await authorization.RecordRefusalsAsync(
            caller, Operations.CreateApiKey, "", () => AddApiKeyAsync(caller, name, expiresInDays, idempotency));
    }

    /// <summary>Creates an API key for a command of the operator. It checks no permission.</summary>
    public async Task<ApiKeyCreatedResponse> AddApiKeyAsync(
        Caller caller, string name, int? expiresInDays = null, Idempotency? idempotency = null)
    {
        var (row, token) = await AddAsync(
            caller, ActorTypes.ApiKey, new AccessKeyChange(name, new KeyExpiry(expiresInDays), []), AuditActions.ApiKeyCreate, idempotency);
        return row.ToCreatedApiKey(token);
    }

    /// <summary>Creates an access key. Where the request names no grants, it has all actions in the whole workspace.</summary>
    public async Task<AccessKeyCreatedResponse> CreateAccessKeyAsync(Caller caller, AccessKeyChange key, Idempotency? idempotency)
    {
        await authorization.DemandAsync(caller, Operations.CreateAccessKey);
        var (row, token) = await authorization.RecordRefusalsAsync(
            caller, Operations.CreateAccessKey, "",
            () => AddAsync(caller, ActorTypes.AccessKey, key, AuditActions.AccessKeyCreate, idempotency));
        return row.ToCreatedAccessKey(token);
    }

    public async Task<Page<ApiKeyResponse>> ListApiKeysAsync(Caller caller, PageRequest page)
    {
        var rows = await ListAsync(caller, ActorTypes.ApiKey, withRevoked: false, page);
        return Page<ApiKeyResponse>.From(rows, page, CredentialResponses.ToApiKey, row => row.Id);
    }

    public async Task<Page<AccessKeyResponse>> ListAccessKeysAsync(Caller caller, PageRequest page)
    {
        var rows = await ListAsync(caller, ActorTypes.AccessKey, withRevoked: true, page);
        return Page<AccessKeyResponse>.From(rows, page, CredentialResponses.ToAccessKey, row => row.Id);
    }

    /// <summary>Lists the credentials that a key made, directly or through what it made. The key may be revoked.</summary>
    public async Task<MadeResponse> ListMadeAsync(Caller caller, string kind, string id)
    {
        Authorization.Demand(caller, Operations.ListCredentials);
        var (rows, _) = await database.ReadAsync(async session =>
            await CredentialTable.FindAsync(session, caller.WorkspaceId, kind, id) is null
                ? throw Errors.NotFound(kind == ActorTypes.ApiKey ? "API key" : "access key")
                : await MadeWalk.NextAsync(MadeWalk.From(id), Limits.MadeCredentials + 1, (position, limit) =>
                    CredentialTable.ListMadeAsync(session, caller.WorkspaceId, position.MakerId, position.After, limit)), caller.Aborted);
        return CredentialResponses.ToMade(rows);
    }

    public async Task<AccessKeyResponse> UpdateAccessKeyAsync(Caller caller, string id, AccessKeyChange change)
    {
        await authorization.DemandAsync(caller, Operations.ChangeAccessKey);
        var entry = AuditRecord.Of(caller, time, Operations.ChangeAccessKey) with { TargetId = id };
        var response = await database.WriteAsync(async transaction =>
        {
            var latest = await MakerKey.HoldAsync(transaction, caller, clock);
            if (await CredentialTable.LockAsync(transaction, caller.WorkspaceId, ActorTypes.AccessKey, id) is not { } row)
            {
                return null;
            }

            var changed = Change(row, change, latest);
            await CredentialTable.UpdateAsync(transaction, changed);
            foreach (var part in AuditDetails.OfChange(entry with { Name = changed.Name }, row, changed))
            {
                transaction.Audit.Append(part);
            }

            // Converts inside the transaction. If the key's stored grants can't be read, the conversion throws and the key stays
            // unchanged. A change that replaces the grants still succeeds.
            return changed.ToAccessKey();
        });
        return response ?? throw await authorization.NotFoundAsync(caller, Operations.ChangeAccessKey, "access key", id);
    }

    /// <summary>Removes the grants on a deleted project or environment from the workspace's access keys.</summary>
    /// <inheritdoc cref="GrantRemoval.RemoveAsync(Transaction, Caller, TimeProvider, string, string?)"/>
    public static ValueTask RemoveGrantsAsync(
        Transaction transaction, Caller caller, TimeProvider time, string project, string? environment) =>
        GrantRemoval.RemoveAsync(transaction, caller, time, project, environment);

    // What gives power, or gives it for longer, is checked as if the key were made anew. A name gives none.
    private CredentialRow Change(CredentialRow row, AccessKeyChange change, long? latest)
    {
        if (row.RevokedAt is not null)
        {
            throw Errors.AlreadyRevoked();
        }

        var changed = row with
        {
            Name = change.Name ?? row.Name,
            ExpiresAt = change.Expiry is { } expiry ? expiry.After(clock.Now) : row.ExpiresAt,
            Grants = change.Grants is { } grants ? StoredGrants.Write(grants) : row.Grants,
        };
        return change is { Expiry: null, Grants: null }
            ? changed
            : changed with { ExpiresAt = MakerKey.Require(changed.ExpiresAt, latest) };
    }

    private async Task<(CredentialRow Row, string Token)> AddAsync(
        Caller caller, string kind, AccessKeyChange key, string action, Idempotency? idempotency)
    {
        while (true)
        {
            var token = CredentialToken.New(kind);
            var row = NewRow(caller, kind, key, token);
            var entry = AuditRecord.Of(caller, time, action) with { TargetId = row.Id, Name = row.Name };
            try
            {
                return await database.WriteAsync(async transaction =>
                {
                    var latest = await MakerKey.HoldAsync(transaction, caller, clock);
                    var added = row with { ExpiresAt = MakerKey.ExpiryOfNew(row.ExpiresAt, latest) };
                    if (idempotency is not null)
                    {
                        await idempotency.ClaimAsync(transaction, added.Id);
                    }

                    // A deletion of a project looks at all of them, in one transaction (S31).
                    if (await CredentialTable.CountLiveAsync(transaction, caller.WorkspaceId, limits.Credentials) >= limits.Credentials)
                    {
                        throw Errors.TooManyCredentials(limits.Credentials);
                    }

                    await CredentialTable.InsertAsync(transaction, added);
                    transaction.Audit.Append(entry);
                    return (added, token);
                });
            }
            catch (UniqueViolationException)
            {
                // Another credential already has this prefix, so the next token is tried. The odds are one in 10^12 for each
                // existing credential.
            }
        }
    }

    private CredentialRow NewRow(Caller caller, string kind, AccessKeyChange key, string token)
    {
        var now = time.GetUtcNow();
        var id = Ids.New(Ids.Credential, now);
        return new CredentialRow(
            id, caller.WorkspaceId, kind, key.Name!, CredentialToken.Prefix(token),
            CredentialToken.Hash(keys, caller.WorkspaceId, id, token), Instant.From(now).Microseconds, caller.ActorId,
            StoredGrants.Write(key.Grants ?? GrantSet.Everything.Grants), key.Expiry?.After(clock.Now), null, null);
    }

    private async Task<List<CredentialRow>> ListAsync(Caller caller, string kind, bool withRevoked, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ListCredentials);
        return await database.ReadAsync(session =>
            CredentialTable.ListAsync(
                session, caller.WorkspaceId, kind, withRevoked, page.After ?? "", page.Limit + 1), caller.Aborted);
    }
}
