using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.PointInTime;

/// <summary>
/// Brings an environment back to an instant (S14) by minting versions with the values that its keys had then. It decides whether
/// the restore may run and answers the caller; <see cref="RestoreAttempts"/> runs it.
/// </summary>
internal sealed class RestoreService(
    Database database, RestorePlanner planner, RestoreAttempts attempts, Authorization authorization, RateLimits rates,
    DiskSpace disk, LimitSettings limits, ILogger<RestoreService> log)
{
    // What the stored answer of a request has for each key, beside the key.
    private const int AnswerBytesPerKey = 128;

    /// <summary>
    /// Restores the environment, or only answers what a restore would change. A restore changes only keys that the caller may
    /// write and reveal. Secrets created after the instant stay, unless the order prunes and the caller may delete them. Secrets
    /// deleted after the instant stay deleted.
    /// </summary>
    /// <exception cref="RequestException">
    /// PAYLOAD_TOO_LARGE: the values exceed the limit of a restore. RATE_LIMITED: too many reveals
    /// or writes, or the workspace stores as much as it may. NOT_FOUND or UNAVAILABLE.
    /// </exception>
    public async Task<RestoreResponse> RestoreAsync(
        Caller caller, string environmentId, RestoreOrder order, Idempotency? idempotency)
    {
        await authorization.DemandAsync(caller, Operations.RestoreEnvironment, withOptional: order.Prunes, isDryRun: order.IsDryRun);
        return await authorization.RecordRefusalsAsync(
            caller, Operations.RestoreEnvironment, environmentId,
            () => RestoreGrantedAsync(caller, environmentId, order, idempotency));
    }

    private async Task<RestoreResponse> RestoreGrantedAsync(
        Caller caller, string environmentId, RestoreOrder order, Idempotency? idempotency)
    {
        await EnvironmentInstant.SettleAsync(
            database, caller, EnvironmentReference.OfId(environmentId), order.At, GrantActions.Reveal);
        var plan = await planner.PlanAsync(caller, environmentId, order);
        if (order.IsDryRun)
        {
            return plan.Respond(order);
        }

        if (idempotency is not null
            && await idempotency.FindFirstAnswerAsync(
                database, ProtocolJson.Default.RestoreResponse, first => plan.Cut(first, caller)) is { } first)
        {
            return first;
        }

        await RequireWithinLimitsAsync(caller, plan, ShareOf(plan, order, idempotency));
        var done = await RunAsync(caller, plan, order, idempotency);
        ServerMetrics.Written(done.Minted);
        RestoreLog.Restored(log, environmentId, done.Minted, done.Pruned.Count);
        return done.Response;
    }

    private async Task<RestoreDone> RunAsync(Caller caller, RestorePlan plan, RestoreOrder order, Idempotency? idempotency)
    {
        try
        {
            return await attempts.RunAsync(caller, plan, order, idempotency);
        }
        catch (RequestException limited) when (limited is { Code: ErrorCodes.RateLimited, IsToBeRecorded: false } and not ShareUsedUpException)
        {
            throw await RefuseAsync(caller, plan, limited);
        }
    }

    // The restore has an audit entry of its own, and its stored answer names every key of the plan.
    private static WriteShare ShareOf(RestorePlan plan, RestoreOrder order, Idempotency? idempotency)
    {
        var share = WriteShare
            .OfVersions(plan.Restored.Count, plan.RestoredBytes + ((long)plan.Restored.Count * (order.Comment?.Length ?? 0))).AndRow(0);
        return idempotency is null ? share : share.AndRow(plan.Changes.Sum(change => (long)change.Key.Length + AnswerBytesPerKey));
    }

    private async Task RequireWithinLimitsAsync(Caller caller, RestorePlan plan, WriteShare share)
    {
        if (plan.RestoredBytes > limits.RestoreBytes)
        {
            throw Errors.RestoreTooLarge(limits.RestoreBytes);
        }

        if ((rates.TakeReveals(caller, plan.Restored.Count) ?? rates.TakeWrite(caller, share)) is { } limited)
        {
            throw await RefuseAsync(caller, plan, limited);
        }

        disk.Take(share);
    }

    private Task<RequestException> RefuseAsync(Caller caller, RestorePlan plan, RequestException limited) =>
        authorization.RefusedAsync(caller, Operations.RestoreEnvironment, plan.Environment, limited, plan.Environment.Id);
}
