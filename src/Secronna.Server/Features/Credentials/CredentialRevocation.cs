using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Credentials;

/// <summary>
/// Revokes credentials, and what they made if asked (S32). It takes effect on every node within a second (S22).
/// </summary>
internal sealed class CredentialRevocation(Database database, Authorization authorization, TimeProvider time)
{
    /// <summary>
    /// The most credentials that one transaction revokes, because all other writers wait for it. What a key made beyond that is
    /// revoked in further transactions, before the caller is answered.
    /// </summary>
    public const int PerTransaction = 500;

    /// <summary>
    /// Revokes an API key. With <paramref name="cascade"/>, all that it made is revoked too, directly or through what it made. A
    /// key that is revoked already can be named again with it: what it made and is still valid goes, and so a cascade that was
    /// interrupted can be finished.
    /// </summary>
    public async Task<ApiKeyDeletedResponse> DeleteApiKeyAsync(Caller caller, string id, bool cascade)
    {
        await authorization.DemandAsync(caller, Operations.DeleteApiKey);
        var first = await database.WriteAsync(transaction => BeginAsync(transaction, caller, id, cascade));
        if (first is not { } revoked || !(cascade || revoked.IsNew))
        {
            throw await authorization.NotFoundAsync(caller, Operations.DeleteApiKey, "API key", id);
        }

        return new ApiKeyDeletedResponse(id, true, cascade ? await FinishAsync(caller, revoked.Made, revoked.Left) : null);
    }

    /// <summary>
    /// Revokes an access key for good. If the key is already revoked, the answer has the time of that revocation.
    /// </summary>
    public async Task<RevokedResponse> RevokeAccessKeyAsync(Caller caller, string id)
    {
        await authorization.DemandAsync(caller, Operations.RevokeAccessKey);
        var revokedAt = await database.WriteAsync(async transaction =>
        {
            var row = await CredentialTable.LockAsync(transaction, caller.WorkspaceId, ActorTypes.AccessKey, id);
            return row is null or { RevokedAt: not null } ? row?.RevokedAt : await RevokeAsync(transaction, caller, [row]);
        });
        return revokedAt is { } at
            ? new RevokedResponse(id, new Instant(at))
            : throw await authorization.NotFoundAsync(caller, Operations.RevokeAccessKey, "access key", id);
    }

    // Revokes the key and the first part of what it made. A key makes nothing more once its row is locked here.
    private async ValueTask<(bool IsNew, IReadOnlyList<string> Made, IReadOnlyList<MadePosition> Left)?> BeginAsync(
        Transaction transaction, Caller caller, string id, bool cascade)
    {
        if (await CredentialTable.LockAsync(transaction, caller.WorkspaceId, ActorTypes.ApiKey, id) is not { } row)
        {
            return null;
        }

        var (made, left) = cascade ? await NextAsync(transaction, caller, MadeWalk.From(id)) : ([], []);
        CredentialRow[] valid = [.. new[] { row }.Concat(made).Where(one => one.RevokedAt is null)];
        await RevokeAsync(transaction, caller, valid);
        return (row.RevokedAt is null, [.. valid.Where(one => one != row).Select(one => one.Id)], left);
    }

    private async Task<IReadOnlyList<string>> FinishAsync(Caller caller, IReadOnlyList<string> made, IReadOnlyList<MadePosition> left)
    {
        var revoked = new List<string>(made);
        while (left.Count > 0)
        {
            (made, left) = await database.WriteAsync(transaction => GoOnAsync(transaction, caller, left), PerTransaction);
            revoked.AddRange(made);
        }

        return revoked;
    }

    private async ValueTask<(IReadOnlyList<string> Made, IReadOnlyList<MadePosition> Left)> GoOnAsync(
        Transaction transaction, Caller caller, IReadOnlyList<MadePosition> open)
    {
        var (made, left) = await NextAsync(transaction, caller, open);
        CredentialRow[] valid = [.. made.Where(one => one.RevokedAt is null)];
        await RevokeAsync(transaction, caller, valid);
        return ([.. valid.Select(one => one.Id)], left);
    }

    private static ValueTask<(List<CredentialRow> Rows, IReadOnlyList<MadePosition> Left)> NextAsync(
        Transaction transaction, Caller caller, IReadOnlyList<MadePosition> open) =>
        MadeWalk.NextAsync(open, PerTransaction, (position, limit) => CredentialTable.LockMadeAsync(
            transaction, caller.WorkspaceId, position.MakerId, position.After, limit));

    private async ValueTask<long> RevokeAsync(Transaction transaction, Caller caller, CredentialRow[] rows)
    {
        var now = Instant.From(time.GetUtcNow()).Microseconds;
        if (rows.Length > 0)
        {
            await CredentialTable.RevokeAsync(transaction, [.. rows.Select(row => row.Id)], now);
        }

        foreach (var row in rows)
        {
            var action = row.Kind == ActorTypes.ApiKey ? AuditActions.ApiKeyRevoke : AuditActions.AccessKeyRevoke;
            transaction.Audit.Append(AuditRecord.Of(caller, time, action) with { TargetId = row.Id, Name = row.Name });
        }

        return now;
    }
}
