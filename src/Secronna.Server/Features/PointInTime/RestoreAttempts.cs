using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.PointInTime;

/// <summary>
/// Repeats a restore until one attempt succeeds. An attempt succeeds if it still fits the environment when it is written.
/// </summary>
internal sealed class RestoreAttempts(
    Database database, RestorePlanner planner, RestoreWriter writer, SecretOpener opener, PlaintextBudget budget, LimitSettings limits,
    TimeProvider time)
{
    // The first attempt fails when other requests write meanwhile. Later attempts keep the values and can seal them again inside
    // the transaction. So they fail only when the project gets a new KEK or when the values are too large to keep.
    private const int MaxAttempts = 10;

    /// <summary>
    /// Runs attempts until one is written, and then finishes the restore. Opened values are zeroed before the restore finishes.
    /// </summary>
    /// <param name="caller">Who restores.</param>
    /// <param name="first">The plan of the first attempt; each further attempt makes its own.</param>
    /// <param name="order">What the caller asked for.</param>
    /// <param name="idempotency">Recognises a repeat of the request; <c>null</c> without an <c>Idempotency-Key</c>.</param>
    /// <exception cref="RequestException">
    /// UNAVAILABLE: every attempt failed. The failure is recorded, because the attempts opened values.
    /// </exception>
    public async Task<RestoreDone> RunAsync(Caller caller, RestorePlan first, RestoreOrder order, Idempotency? idempotency)
    {
        var done = await WriteAsync(caller.Uninterrupted(), first, order, idempotency);
        await writer.FinishAsync(done);
        return done;
    }

    private async Task<RestoreDone> WriteAsync(Caller caller, RestorePlan first, RestoreOrder order, Idempotency? idempotency)
    {
        using var resealed = new ResealedVersions(database, opener, budget);
        var attempt = new RestoreAttempt(order, first, resealed, idempotency, KeepsValues: false);
        for (var count = 1; count <= MaxAttempts; count++)
        {
            if (await writer.TryAsync(caller, attempt) is { } done)
            {
                return done;
            }

            var plan = await planner.PlanAsync(caller, first.Environment.Id, order);
            attempt = attempt with { Plan = plan, KeepsValues = plan.RestorableBytes <= limits.RestoreBytes };
        }

        await database.AppendAsync(
            RestoreRecord.Of(caller, time, first.Environment, order) with { Outcome = AuditOutcomes.Failed });
        throw Errors.Unavailable("other requests keep changing the environment: try again");
    }
}
