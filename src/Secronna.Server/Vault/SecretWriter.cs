using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Mints versions (S12). The versions are sealed before the transaction, for the numbers that they will most likely get. One
/// transaction then writes them with their secrets' pointers, the environment's instant and the audit entries
/// (<see cref="WriteTransaction"/>).
/// </summary>
internal sealed class SecretWriter(
    Database database, KekReservations keks, Authorization authorization, RateLimits rates, DiskSpace disk,
    LimitSettings limits, TimeProvider time)
{
    // How many versions a transaction may seal again. After some attempts it may seal all of them, so that a busy environment
    // can't starve a large batch.
    private const int MaxResealed = 8;
    private const int LimitedAttempts = 3;

    /// <summary>
    /// Writes the value of an earlier version of a secret as its next version. The caller's permission must have been checked.
    /// </summary>
    public async Task<WrittenResponse> RollBackAsync(
        Caller caller, SecretRow secret, int version, PinnedBuffer value, string? comment, Idempotency? idempotency)
    {
        var write = new ValueToWrite(secret.Key, value, null, comment) { RolledBack = new VersionId(secret.Id, version) };
        return (await WriteAsync(caller, secret.EnvironmentId, [write], idempotency))[0];
    }

    /// <summary>
    /// The answer to the first request for a rollback, if this request is a repeat; <c>null</c> if there is no answer yet. The
    /// answer is about the secret of the route alone, on which the caller's right must have been checked.
    /// </summary>
    /// <exception cref="RequestException">CONFLICT: the first request had another body.</exception>
    public static ValueTask<IReadOnlyList<WrittenResponse>?> FindFirstAnswerAsync(
        Session session, Idempotency idempotency) =>
        idempotency.FindFirstAnswerAsync(session, WriteTransaction.Json, first => first);

    /// <summary>
    /// Writes all values or none, at one instant. The caller's role must have been checked; its grants are checked here. A repeat
    /// of a completed request writes nothing and gets the first answer.
    /// </summary>
    /// <returns>The versions, in the order of the writes.</returns>
    /// <exception cref="RequestException">
    /// NOT_FOUND, recorded: the caller may not write here, or there is no such environment, or what is to be rolled back is gone.
    /// CONFLICT: a version is not the expected one, the environment is full, or this request repeats an earlier request with
    /// another body. RATE_LIMITED, recorded: the share of writes is used up, or the workspace stores as much as it may.
    /// INTEGRITY_ERROR, recorded: the KEK was changed. UNAVAILABLE: the clock is behind, or the master key is being
    /// rotated.
    /// </exception>
    public async Task<IReadOnlyList<WrittenResponse>> WriteAsync(
        Caller caller, string environmentId, IReadOnlyList<ValueToWrite> writes, Idempotency? idempotency)
    {
        var share = WritePlan.ShareOf(writes, idempotency);
        if (rates.TakeWrite(caller, share) is { } limited)
        {
            // A repeat writes nothing, so it gets its answer all the same.
            return await FindFirstAnswerAsync(caller, environmentId, idempotency)
                ?? throw await authorization.RefusedAsync(caller, writes[0].Operation, null, limited, environmentId);
        }

        disk.Take(share);
        for (var attempt = 1; ; attempt++)
        {
            var (environment, planned) = await PlanAsync(caller, environmentId, writes, idempotency);
            var plan = planned ?? throw await RefuseAsync(caller, environmentId, environment, writes);
            var maxResealed = attempt <= LimitedAttempts ? MaxResealed : int.MaxValue;
            if (await TryWriteAsync(caller, plan, maxResealed) is not { } done)
            {
                // The state has changed since the plan: plan anew.
                continue;
            }

            await EnvironmentInstant.PassAsync(database, time, done.Change);
            ServerMetrics.Written(done.MintedCount);
            return done.Written;
        }
    }

    private async ValueTask<IReadOnlyList<WrittenResponse>?> FindFirstAnswerAsync(
        Caller caller, string environmentId, Idempotency? idempotency) => idempotency is null
        ? null
        : await database.ReadAsync(async session =>
            (await EnvironmentTable.FindAsync(session, caller.WorkspaceId, environmentId)).VisibleTo(caller) is { } environment
                ? await idempotency.FindFirstAnswerAsync(session, WriteTransaction.Json, WritePlan.CutFor(caller, environment))
                : null, caller.Aborted);

    private Task<RequestException> RefuseAsync(Caller caller, WritePlan plan, RequestException limited) =>
        authorization.RefusedAsync(caller, plan.Versions[0].Write.Operation, plan.Environment, limited, plan.Environment.Id);

    private async Task<RequestException> RefuseAsync(
        Caller caller, string environmentId, EnvironmentRow? environment, IReadOnlyList<ValueToWrite> writes)
    {
        if (writes[0].RolledBack is { } source)
        {
            return await authorization.RefusedAsync(
                caller, writes[0].Operation, environment, Errors.NotFound(await FindGoneAsync(caller, source)), source.SecretId);
        }

        List<string> refused = environment.VisibleTo(caller) is null
            ? []
            : [.. writes.Select(write => write.Key).Where(key => !caller.MayTouch(GrantActions.Write, environment!, key))];
        var refusal = refused.Count == 0
            ? Errors.NotFound("environment")
            : caller.RefusalOnKeys(GrantActions.Write, environment!, refused);
        return await authorization.RefusedAsync(caller, writes[0].Operation, environment, refusal, environmentId);
    }

    private async ValueTask<string> FindGoneAsync(Caller caller, VersionId source) =>
        await database.ReadAsync(session => SecretTable.FindAsync(session, caller.WorkspaceId, source.SecretId)) is null
            ? "secret"
            : "version";

    private ValueTask<(EnvironmentRow? Environment, WritePlan? Plan)> PlanAsync(
        Caller caller, string environmentId, IReadOnlyList<ValueToWrite> writes, Idempotency? idempotency) =>
        database.ReadAsync((caller, environmentId, writes, idempotency, time), static (session, state) => WritePlan.ReadAsync(
            session, state.caller, state.environmentId, state.writes, state.idempotency, state.time), caller.Aborted);

    private async Task<WriteResult?> TryWriteAsync(Caller caller, WritePlan plan, int maxResealed)
    {
        using var kek = await keks.LeaseAsync(
            caller, plan.Kek, plan.Versions.Count,
            () => plan.Versions.Select(version => version.ToAuditEntry(caller, time, plan.Environment)));
        if (kek is null)
        {
            return null;
        }

        foreach (var version in plan.Versions)
        {
            version.Seal(kek, plan.Environment);
        }

        try
        {
            return await database.WriteAsync(
                new WriteTransaction(caller, plan, kek, maxResealed, limits, time),
                static (transaction, write) => write.RunAsync(transaction), weight: plan.Versions.Count);
        }
        catch (RequestException limited) when (limited is { Code: ErrorCodes.RateLimited, IsToBeRecorded: false })
        {
            throw await RefuseAsync(caller, plan, limited);
        }
    }
}
