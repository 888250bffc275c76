using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Credentials;

/// <summary>
/// Creates, lists, changes and revokes API keys and access keys (S25). A change takes effect on every node within a second (S22).
/// </summary>
internal sealed class CredentialService(
    Database database, Authorization authorization, InstallationKeys keys, TimeProvider time)
{
    public async Task<ApiKeyCreatedResponse> CreateApiKeyAsync(Caller caller, string name)
    {
        await authorization.DemandAsync(caller, Operations.CreateApiKey);
        return await AddApiKeyAsync(caller, name);
    }

    /// <summary>Creates an API key for a command of the operator. It checks no permission.</summary>
    public async Task<ApiKeyCreatedResponse> AddApiKeyAsync(Caller caller, string name)
    {
        var (row, token) = await AddAsync(caller, ActorTypes.ApiKey, name, null, [], AuditActions.ApiKeyCreate);
        return new ApiKeyCreatedResponse(row.Id, row.Name, row.Prefix, new Instant(row.CreatedAt), token);
    }

    public async Task<AccessKeyCreatedResponse> CreateAccessKeyAsync(
        Caller caller, string name, int? expiresInDays, IReadOnlyList<Grant> grants)
    {
        await authorization.DemandAsync(caller, Operations.CreateAccessKey);
        var (row, token) = await AddAsync(
            caller, ActorTypes.AccessKey, name, ExpiryAfter(expiresInDays), grants, AuditActions.AccessKeyCreate);
        return new AccessKeyCreatedResponse(
            row.Id, row.Name, row.Prefix, new Instant(row.CreatedAt), ToInstant(row.ExpiresAt), grants, token);
    }

    public async Task<Page<ApiKeyResponse>> ListApiKeysAsync(Caller caller, PageRequest page)
    {
        var rows = await ListAsync(caller, ActorTypes.ApiKey, withRevoked: false, page);
        return Page<ApiKeyResponse>.From(rows, page, row => new ApiKeyResponse(
            row.Id, row.Name, row.Prefix, new Instant(row.CreatedAt), ToInstant(row.LastUsedAt)), row => row.Id);
    }

    public async Task<Page<AccessKeyResponse>> ListAccessKeysAsync(Caller caller, PageRequest page)
    {
        var rows = await ListAsync(caller, ActorTypes.AccessKey, withRevoked: true, page);
        return Page<AccessKeyResponse>.From(rows, page, Convert, row => row.Id);
    }

    public async Task<DeletedResponse> DeleteApiKeyAsync(Caller caller, string id)
    {
        await authorization.DemandAsync(caller, Operations.DeleteApiKey);
        return await RevokeAsync(caller, ActorTypes.ApiKey, id, AuditActions.ApiKeyRevoke) is { WasRevoked: false }
            ? new DeletedResponse(id, true)
            : throw await authorization.NotFoundAsync(caller, Operations.DeleteApiKey, "API key", id);
    }

    /// <summary>
    /// Revokes an access key for good. If the key is already revoked, the answer has the time of that revocation.
    /// </summary>
    public async Task<RevokedResponse> RevokeAccessKeyAsync(Caller caller, string id)
    {
        await authorization.DemandAsync(caller, Operations.RevokeAccessKey);
        var revoked = await RevokeAsync(caller, ActorTypes.AccessKey, id, AuditActions.AccessKeyRevoke)
            ?? throw await authorization.NotFoundAsync(caller, Operations.RevokeAccessKey, "access key", id);
        return new RevokedResponse(id, new Instant(revoked.At));
    }

    public async Task<AccessKeyResponse> UpdateAccessKeyAsync(Caller caller, string id, AccessKeyChange change)
    {
        await authorization.DemandAsync(caller, Operations.ChangeAccessKey);
        var entry = AuditRecord.Of(caller, time, Operations.ChangeAccessKey) with { TargetId = id };
        var expiresAt = ExpiryAfter(change.ExpiresInDays);
        var response = await database.WriteAsync(async transaction =>
        {
            if (await CredentialTable.LockAsync(transaction, caller.WorkspaceId, ActorTypes.AccessKey, id) is not { } row)
            {
                return null;
            }

            if (row.RevokedAt is not null)
            {
                throw Errors.AlreadyRevoked();
            }

            var changed = row with
            {
                Name = change.Name ?? row.Name,
                ExpiresAt = expiresAt ?? row.ExpiresAt,
                Grants = change.Grants is { } grants ? StoredGrants.Write(grants) : row.Grants,
            };
            await CredentialTable.UpdateAsync(transaction, changed);
            transaction.Audit.Append(entry with { Name = changed.Name });
            // Converts inside the transaction. If the key's stored grants can't be read, the conversion throws and the key stays
            // unchanged. A change that replaces the grants still succeeds.
            return Convert(changed);
        });
        return response ?? throw await authorization.NotFoundAsync(caller, Operations.ChangeAccessKey, "access key", id);
    }

    /// <summary>Removes the grants on a deleted project or environment from the workspace's access keys.</summary>
    /// <inheritdoc cref="GrantRemoval.RemoveAsync(Transaction, Caller, TimeProvider, string, string?)"/>
    public static ValueTask RemoveGrantsAsync(
        Transaction transaction, Caller caller, TimeProvider time, string project, string? environment) =>
        GrantRemoval.RemoveAsync(transaction, caller, time, project, environment);

    private async Task<(CredentialRow Row, string Token)> AddAsync(
        Caller caller, string kind, string name, long? expiresAt, IReadOnlyList<Grant> grants, string action)
    {
        while (true)
        {
            var token = CredentialToken.New(kind);
            var now = time.GetUtcNow();
            var id = Ids.New(Ids.Credential, now);
            var row = new CredentialRow(
                id, caller.WorkspaceId, kind, name, CredentialToken.Prefix(token),
                CredentialToken.Hash(keys, caller.WorkspaceId, id, token), Instant.From(now).Microseconds, caller.ActorId,
                StoredGrants.Write(grants), expiresAt, null, null);
            var entry = AuditRecord.Of(caller, time, action) with { TargetId = row.Id, Name = name };
            try
            {
                return await database.WriteAsync(async transaction =>
                {
                    await CredentialTable.InsertAsync(transaction, row);
                    transaction.Audit.Append(entry);
                    return (row, token);
                });
            }
            catch (UniqueViolationException)
            {
                // Another credential already has this prefix, so the next token is tried. The odds are one in 10^12 for each
                // existing credential.
            }
        }
    }

    private async Task<List<CredentialRow>> ListAsync(Caller caller, string kind, bool withRevoked, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ListCredentials);
        return await database.ReadAsync(session =>
            CredentialTable.ListAsync(
                session, caller.WorkspaceId, kind, withRevoked, page.After ?? "", page.Limit + 1), caller.Aborted);
    }

    // Returns `null` when the credential does not exist. A credential that was revoked before keeps its time of revocation.
    private async Task<(bool WasRevoked, long At)?> RevokeAsync(Caller caller, string kind, string id, string action)
    {
        var now = Instant.From(time.GetUtcNow()).Microseconds;
        var entry = AuditRecord.Of(caller, time, action) with { TargetId = id };
        return await database.WriteAsync(async transaction =>
        {
            var row = await CredentialTable.LockAsync(transaction, caller.WorkspaceId, kind, id);
            if (row is null or { RevokedAt: not null })
            {
                return row is null ? null : (true, row.RevokedAt!.Value);
            }

            await CredentialTable.RevokeAsync(transaction, id, now);
            transaction.Audit.Append(entry with { Name = row.Name });
            return ((bool, long)?)(false, now);
        });
    }

    private long? ExpiryAfter(int? days) =>
        days is { } count ? Instant.From(time.GetUtcNow().AddDays(count)).Microseconds : null;

    private static AccessKeyResponse Convert(CredentialRow row) =>
        new(row.Id, row.Name, row.Prefix, new Instant(row.CreatedAt), ToInstant(row.ExpiresAt), StoredGrants.Read(row),
            ToInstant(row.LastUsedAt), ToInstant(row.RevokedAt));

    private static Instant? ToInstant(long? microseconds) => microseconds is { } value ? new Instant(value) : null;
}
