using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>
/// Makes one attempt at a restore: seals its versions outside the transaction, then writes all of them in one unit of work.
/// The unit of work writes nothing if the sealed versions no longer fit the environment.
/// </summary>
internal sealed class RestoreWriter(
    Database database, KekReservations keks, Purger purger, LimitSettings limits, TimeProvider time)
{
    /// <summary>
    /// Makes the attempt. Returns <c>null</c> when the environment or its KEK changed so much that the attempt no longer fits.
    /// </summary>
    public async Task<RestoreDone?> TryAsync(Caller caller, RestoreAttempt attempt)
    {
        var plan = attempt.Plan;
        var missing = attempt.Resealed.Missing(plan, attempt.KeepsValues);
        using var kek = await keks.LeaseAsync(
            caller, plan.Kek, missing.Count, () => [RestoreRecord.Of(caller, time, plan.Environment, attempt.Order)]);
        if (kek is null)
        {
            return null;
        }

        await attempt.Resealed.SealAsync(caller, plan, kek, missing, attempt.KeepsValues);
        return await database.WriteAsync(
            transaction => WriteAsync(transaction, caller, attempt, kek), weight: plan.Changes.Count);
    }

    /// <summary>
    /// Destroys the pruned secrets' versions (S15), and waits until the clock has passed the restore's instant.
    /// </summary>
    public async Task FinishAsync(RestoreDone done)
    {
        await purger.DestroyAsync(done.Pruned);
        await EnvironmentInstant.PassAsync(database, time, done.Change);
    }

    private async ValueTask<RestoreDone?> WriteAsync(
        Transaction transaction, Caller caller, RestoreAttempt attempt, LeasedKek kek)
    {
        if (await EnvironmentTable.LockAsync(transaction, caller.WorkspaceId, attempt.Plan.Environment.Id) is not { } locked
            || await EnvironmentInstant.TakeAsync(transaction, caller, locked.Id) is not { } change)
        {
            return null;
        }

        if (attempt.Idempotency is { } idempotency
            && await idempotency.FindFirstAnswerAsync(
                transaction, ProtocolJson.Default.RestoreResponse, first => attempt.Plan.Cut(first, caller)) is { } first)
        {
            return new RestoreDone(change, first, 0, []);
        }

        var plan = locked.ChangedAt == attempt.Plan.Environment.ChangedAt
            ? attempt.Plan
            : (await RestorePlan.ReadAsync(transaction, caller, locked.Id, attempt.Order)).Plan;
        return plan is not null
            && attempt.Resealed.CountToSealAgain(plan, kek) is { } sealedAgain
            && await WrapReservations.LockAsync(transaction, kek.Id, sealedAgain)
                ? await WriteAsync(transaction, caller, attempt with { Plan = plan }, kek, locked, change)
                : null;
    }

    private async ValueTask<RestoreDone> WriteAsync(
        Transaction transaction, Caller caller, RestoreAttempt attempt, LeasedKek kek, EnvironmentRow environment, EnvironmentChange change)
    {
        var (order, plan, resealed, idempotency, _) = attempt;
        var response = plan.Respond(order);
        IReadOnlyList<string> pruned = [.. plan.Pruned.Select(secret => secret.Id)];
        var versions = resealed.ToVersions(caller, plan, kek, order.Comment);
        StoredBytesLimit.Require(transaction, environment.WorkspaceId, change, versions, limits);
        await VersionTable.MintAsync(transaction, environment, versions, change.Instant);
        await SecretTable.MarkDeletedAsync(transaction, environment.Id, pruned, caller.ActorId, change.Instant);
        new RestoreRecord(caller, time, plan, order).Append(transaction, versions, change.Instant);
        if (idempotency is not null)
        {
            await idempotency.KeepAsync(transaction, response, ProtocolJson.Default.RestoreResponse);
        }

        return new RestoreDone(change, response, versions.Count, pruned);
    }
}

/// <summary>An attempt at a restore.</summary>
/// <param name="Order">What the caller asked for.</param>
/// <param name="Plan">The plan of the attempt, made from the environment as it was last read.</param>
/// <param name="Resealed">The versions that this attempt and earlier attempts have opened and sealed so far.</param>
/// <param name="Idempotency">Recognises a repeat of the request; <c>null</c> without an <c>Idempotency-Key</c>.</param>
/// <param name="KeepsValues">
/// Whether opened values stay in memory until the restore is done, so that they can be sealed again if version numbers change.
/// </param>
internal sealed record RestoreAttempt(
    RestoreOrder Order, RestorePlan Plan, ResealedVersions Resealed, Idempotency? Idempotency, bool KeepsValues);

/// <summary>A restore that was written.</summary>
/// <param name="Change">The change of the environment, with its instant.</param>
/// <param name="Response">The answer. A repeat of a request has the first request's answer.</param>
/// <param name="Minted">How many versions were minted.</param>
/// <param name="Pruned">Ids of the secrets whose versions are still to be destroyed.</param>
internal sealed record RestoreDone(EnvironmentChange Change, RestoreResponse Response, int Minted, IReadOnlyList<string> Pruned);
