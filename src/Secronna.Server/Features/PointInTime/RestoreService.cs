using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Configuration;
using Secronna.Server.Features.Audit;
using Secronna.Server.Features.Keys;
using Secronna.Server.Features.Secrets;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.PointInTime;

/// <summary>
/// Brings an environment back to an instant (S14) by minting versions with the values of then: planned and sealed beside the
/// writer, then written in one transaction, if the environment is still as it was read, or is such that what was sealed fits.
/// </summary>
internal sealed class RestoreService(
    Database database, SealingKeks keks, SecretOpener opener, Authorization authorization, PlaintextBudget budget, Purger purger,
    LimitSettings limits, TimeProvider time, ILogger<RestoreService> log)
{
    // Each is lost only to another restore, or to writes to more keys than values are kept of.
    private const int Attempts = 10;

    private static JsonTypeInfo<RestoreResponse> Json => ProtocolJson.Default.RestoreResponse;

    /// <summary>
    /// Restores, or says what a restore would do. It touches the keys that the caller may write and reveal; what was created
    /// since stays, unless it is pruned and the caller may delete it. What was deleted since stays deleted.
    /// </summary>
    public async Task<RestoreResponse> RestoreAsync(
        Caller caller, string environmentId, RestoreOrder order, Idempotency? idempotency)
    {
        await authorization.DemandAsync(caller, Permission.Write, AuditActions.EnvironmentRestore);
        if (order.Prune)
        {
            await authorization.DemandAsync(caller, Permission.Delete, AuditActions.EnvironmentRestore);
        }

        await EnvironmentInstant.SettleAsync(
            database, caller, EnvironmentReference.OfId(environmentId), order.At, GrantActions.Reveal);
        if (order.DryRun)
        {
            return Respond(order, await PlanAsync(caller, environmentId, order));
        }

        using var resealed = new ResealedVersions(database, opener, budget, limits.RestoreBytes);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var plan = await PlanAsync(caller, environmentId, order);
            if (await TryAsync(caller, new Restoration(order, plan, resealed, idempotency)) is { } done)
            {
                return await FinishAsync(environmentId, done);
            }
        }

        throw Errors.Unavailable("the environment is being changed all the time: try again");
    }

    private async Task<RestorePlan> PlanAsync(Caller caller, string environmentId, RestoreOrder order)
    {
        var (found, plan) = await database.ReadSnapshotAsync((caller, environmentId, order), static (session, it) =>
            RestorePlan.ReadAsync(session, it.caller, it.environmentId, it.order));
        return plan ?? throw await authorization.RefusedAsync(
            caller, AuditActions.EnvironmentRestore, found, Errors.NotFound("environment"), environmentId);
    }

    private async Task<RestoreDone?> TryAsync(Caller caller, Restoration restoration)
    {
        var plan = restoration.Plan;
        var missing = restoration.Resealed.Missing(plan);
        using var kek = await keks.LeaseAsync(caller, plan.Kek, missing.Count, () => [Entry(caller, plan.Environment)]);
        if (kek is null)
        {
            return null;
        }

        await restoration.Resealed.SealAsync(caller, plan, kek, missing);
        return await database.WriteAsync((this, caller, restoration, kek), static (transaction, it) =>
            it.Item1.RunAsync(transaction, it.caller, it.restoration, it.kek), weight: plan.Changes.Count);
    }

    /// <summary>The transaction's part; null, with nothing written, where what was sealed doesn't fit any more.</summary>
    private async ValueTask<RestoreDone?> RunAsync(
        Transaction transaction, Caller caller, Restoration restoration, LeasedKek kek)
    {
        var (order, before, resealed, idempotency) = restoration;
        if (await Storage.Environments.LockAsync(transaction, caller.WorkspaceId, before.Environment.Id) is not { } locked
            || await EnvironmentInstant.TakeAsync(transaction, caller, locked.Id) is not { } change)
        {
            return null;
        }

        if (idempotency is not null && await idempotency.FindFirstAsync(transaction, Json) is { } first)
        {
            return new RestoreDone(change, first, 0, []);
        }

        var plan = locked.ChangedAt == before.Environment.ChangedAt
            ? before
            : (await RestorePlan.ReadAsync(transaction, caller, locked.Id, order)).Plan;
        if (plan is null || resealed.TryTake(caller, plan, kek, order.Comment) is not var (versions, sealedHere)
            || !await KekRotation.LockAsync(transaction, kek.Id, sealedHere))
        {
            return null;
        }

        var response = Respond(order, plan);
        IReadOnlyList<string> pruned = [.. plan.Pruned.Select(secret => secret.SecretId)];
        await Versions.MintAsync(transaction, locked, versions, change.Instant);
        await Storage.Secrets.MarkDeletedAsync(transaction, locked.Id, pruned, caller.ActorId, change.Instant);
        Record(transaction, caller, plan);
        if (idempotency is not null)
        {
            await idempotency.KeepAsync(transaction, response, Json);
        }

        return new RestoreDone(change, response, versions.Count, pruned);
    }

    private async Task<RestoreResponse> FinishAsync(string environmentId, RestoreDone done)
    {
        await purger.DestroyAsync(done.Pruned);
        await EnvironmentInstant.PassAsync(database, time, done.Change);
        ServerMetrics.Written(done.Minted);
        Log.Restored(log, environmentId, done.Minted, done.Pruned.Count);
        return done.Response;
    }

    // What was done to each key, and then that it was a restore, of when.
    private void Record(Transaction transaction, Caller caller, RestorePlan plan)
    {
        foreach (var change in plan.Restored)
        {
            transaction.Audit.Append(Entry(caller, plan.Environment, AuditActions.SecretRollback, change) with { Version = change.Version });
        }

        foreach (var change in plan.Pruned)
        {
            transaction.Audit.Append(Entry(caller, plan.Environment, AuditActions.SecretDelete, change));
        }

        transaction.Audit.Append(Entry(caller, plan.Environment));
    }

    private AuditEntry Entry(Caller caller, EnvironmentRow environment) =>
        AuditRecord.Of(caller, time, AuditActions.EnvironmentRestore) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            Name = environment.Name,
        };

    private AuditEntry Entry(Caller caller, EnvironmentRow environment, string action, RestoreChange change) =>
        AuditRecord.Of(caller, time, action) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            SecretId = change.SecretId,
            Key = change.Key,
            Path = $"{environment.ProjectSlug}/{environment.Slug}/{change.Key}",
        };

    private static RestoreResponse Respond(RestoreOrder order, RestorePlan plan) => new(order.At, order.DryRun, plan.Changes);
}

/// <summary>An attempt at a restore.</summary>
internal sealed record Restoration(RestoreOrder Order, RestorePlan Plan, ResealedVersions Resealed, Idempotency? Idempotency);

/// <summary>What a restore did, and when.</summary>
/// <param name="Change">The change of the environment.</param>
/// <param name="Response">What it did, or what the request that it repeats did.</param>
/// <param name="Minted">How many versions it minted.</param>
/// <param name="Pruned">Whose versions are to be destroyed.</param>
internal sealed record RestoreDone(EnvironmentChange Change, RestoreResponse Response, int Minted, IReadOnlyList<string> Pruned);
