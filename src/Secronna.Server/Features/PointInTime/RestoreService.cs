using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>
/// Brings an environment back to an instant (S14) by minting versions with the values of then: planned and sealed beside the
/// writer, then written in one transaction, if the environment is still as it was read, or is such that what was sealed fits.
/// </summary>
internal sealed class RestoreService(
    Database database, KekReservations keks, SecretOpener opener, Authorization authorization, RateLimits rates, PlaintextBudget budget,
    Purger purger, LimitSettings limits, TimeProvider time, ILogger<RestoreService> log)
{
    // The first is lost where others write meanwhile; those after it only to a new KEK, or where too much would have to be kept.
    private const int Attempts = 10;

    private static JsonTypeInfo<RestoreResponse> Json => ProtocolJson.Default.RestoreResponse;

    /// <summary>
    /// Restores, or says what a restore would do. It touches the keys that the caller may write and reveal; what was created
    /// since stays, unless it is pruned and the caller may delete it. What was deleted since stays deleted.
    /// </summary>
    public async Task<RestoreResponse> RestoreAsync(
        Caller caller, string environmentId, RestoreOrder order, Idempotency? idempotency)
    {
        await authorization.DemandAsync(caller, Operations.RestoreEnvironment, order.Prune ? Permission.Delete : null);
        await EnvironmentInstant.SettleAsync(
            database, caller, EnvironmentReference.OfId(environmentId), order.At, GrantActions.Reveal);
        var plan = await PlanAsync(caller, environmentId, order);
        if (order.DryRun)
        {
            return Respond(order, plan);
        }

        if (idempotency is not null && await idempotency.FindFirstAsync(database, Json) is { } first)
        {
            return first;
        }

        if (plan.RestoredBytes > limits.RestoreBytes)
        {
            throw Errors.RestoreTooLarge(limits.RestoreBytes);
        }

        if (rates.TakeReveals(caller, plan.Restored.Count) is { } limited)
        {
            throw await authorization.RefusedAsync(caller, Operations.RestoreEnvironment, plan.Environment, limited, environmentId);
        }

        var done = await RunAsync(caller, plan, order, idempotency);
        return await FinishAsync(environmentId, done);
    }

    private async Task<RestoreDone> RunAsync(Caller caller, RestorePlan first, RestoreOrder order, Idempotency? idempotency)
    {
        using var resealed = new ResealedVersions(database, opener, budget);
        var restoration = new Restoration(order, first, resealed, idempotency, KeepsValues: false);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            if (await TryAsync(caller, restoration) is { } done)
            {
                return done;
            }

            var plan = await PlanAsync(caller, first.Environment.Id, order);
            restoration = restoration with { Plan = plan, KeepsValues = plan.ThenBytes <= limits.RestoreBytes };
        }

        // Values were opened for it: that is on record, also where nothing came of it.
        await database.AppendAsync(Entry(caller, first.Environment, order) with { Outcome = AuditOutcomes.Failed });
        throw Errors.Unavailable("the environment is being changed all the time: try again");
    }

    private async Task<RestorePlan> PlanAsync(Caller caller, string environmentId, RestoreOrder order)
    {
        var (found, plan) = await database.ReadSnapshotAsync((caller, environmentId, order), static (session, it) =>
            RestorePlan.ReadAsync(session, it.caller, it.environmentId, it.order));
        return plan ?? throw await authorization.RefusedAsync(
            caller, Operations.RestoreEnvironment, found, Errors.NotFound("environment"), environmentId);
    }

    private async Task<RestoreDone?> TryAsync(Caller caller, Restoration restoration)
    {
        var plan = restoration.Plan;
        var missing = restoration.Resealed.Missing(plan, restoration.KeepsValues);
        using var kek = await keks.LeaseAsync(
            caller, plan.Kek, missing.Count, () => [Entry(caller, plan.Environment, restoration.Order)]);
        if (kek is null)
        {
            return null;
        }

        await restoration.Resealed.SealAsync(caller, plan, kek, missing, restoration.KeepsValues);
        return await database.WriteAsync(transaction =>
            WriteAsync(transaction, caller, restoration, kek), weight: plan.Changes.Count);
    }

    /// <summary>The transaction's part; null, with no version minted, where what was sealed doesn't fit any more.</summary>
    private async ValueTask<RestoreDone?> WriteAsync(
        Transaction transaction, Caller caller, Restoration restoration, LeasedKek kek)
    {
        var (order, before, resealed, idempotency, _) = restoration;
        if (await EnvironmentTable.LockAsync(transaction, caller.WorkspaceId, before.Environment.Id) is not { } locked
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
        if (plan is null || resealed.CountMoved(plan, kek) is not { } moved
            || !await KekRotation.LockAsync(transaction, kek.Id, moved))
        {
            return null;
        }

        var response = Respond(order, plan);
        IReadOnlyList<string> pruned = [.. plan.Pruned.Select(secret => secret.Id)];
        var versions = resealed.Take(caller, plan, kek, order.Comment);
        await VersionTable.MintAsync(transaction, locked, versions, change.Instant);
        await SecretTable.MarkDeletedAsync(transaction, locked.Id, pruned, caller.ActorId, change.Instant);
        Record(transaction, caller, plan, order);
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
        RestoreLog.Restored(log, environmentId, done.Minted, done.Pruned.Count);
        return done.Response;
    }

    // What was done to each key, and then that it was a restore, and to when.
    private void Record(Transaction transaction, Caller caller, RestorePlan plan, RestoreOrder order)
    {
        foreach (var change in plan.Restored)
        {
            transaction.Audit.Append(Entry(caller, plan.Environment, change));
        }

        foreach (var secret in plan.Pruned)
        {
            transaction.Audit.Append(AuditRecord.OfVersion(
                caller, time, AuditActions.SecretDelete, secret, secret.CurrentVersion));
        }

        transaction.Audit.Append(Entry(caller, plan.Environment, order));
    }

    private AuditEntry Entry(Caller caller, EnvironmentRow environment, RestoreOrder order) =>
        AuditRecord.Of(caller, time, Operations.RestoreEnvironment) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            Name = order.At.ToString(),
        };

    private AuditEntry Entry(Caller caller, EnvironmentRow environment, RestoreChange change) =>
        AuditRecord.Of(caller, time, AuditActions.SecretRollback) with
        {
            ProjectId = environment.ProjectId,
            EnvironmentId = environment.Id,
            SecretId = change.SecretId,
            Key = change.Key,
            Path = $"{environment.ProjectSlug}/{environment.Slug}/{change.Key}",
            Version = change.Version,
        };

    private static RestoreResponse Respond(RestoreOrder order, RestorePlan plan) => new(order.At, order.DryRun, plan.Changes);
}

/// <summary>An attempt at a restore.</summary>
/// <param name="Order">What it is to do.</param>
/// <param name="Plan">How, as the environment was read.</param>
/// <param name="Resealed">What was opened and sealed for it so far.</param>
/// <param name="Idempotency">By what a repeat of it is known.</param>
/// <param name="KeepsValues">Whether values are kept until it is done, to be sealed anew if their versions move again.</param>
internal sealed record Restoration(
    RestoreOrder Order, RestorePlan Plan, ResealedVersions Resealed, Idempotency? Idempotency, bool KeepsValues);

/// <summary>What a restore did, and when.</summary>
/// <param name="Change">The change of the environment.</param>
/// <param name="Response">What it did, or what the request that it repeats did.</param>
/// <param name="Minted">How many versions it minted.</param>
/// <param name="Pruned">Whose versions are to be destroyed.</param>
internal sealed record RestoreDone(EnvironmentChange Change, RestoreResponse Response, int Minted, IReadOnlyList<string> Pruned);
