using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// Reveals an environment's values in one request. Each value has its own audit entry (S17), and all entries are durable before
/// any value is opened (S18).
/// </summary>
internal sealed class EnvironmentRevealService(
    Database database, SecretOpener opener, Authorization authorization, RateLimits rates, InstallationKeys installation,
    PlaintextBudget budget, LimitSettings limits, TimeProvider time)
{
    // An attempt fails only if a value is deleted or destroyed after the attempt found it and before it is opened.
    private const int MaxAttempts = 10;

    // Bounds how long one unit of work holds the writer: a few milliseconds.
    private const int EntriesPerUnitOfWork = 250;

    // A revision costs as much of the caller's allowance as one value does, and one more for each so many rows that it reads.
    private const int RowsPerRevealOfRevision = 100;

    /// <summary>Reveals the values of an environment, either the current values or those of an instant.</summary>
    /// <param name="caller">Who reveals.</param>
    /// <param name="name">The environment.</param>
    /// <param name="selection">Which values, and of which instant.</param>
    /// <param name="isKnown">Says of a revision whether the caller already has it.</param>
    /// <returns>
    /// The revision and its values. The values are <c>null</c> when the caller already has the revision. In that case nothing was
    /// opened or recorded.
    /// </returns>
    public async Task<(string Revision, RevealedEnvironment? Values)> RevealAsync(
        Caller caller, EnvironmentReference name, RevealSelection selection, Func<string, bool> isKnown)
    {
        caller = selection.Keys is { } keys ? caller.AimedAt(TargetReference.Keys(name.Target, keys)) : caller;
        await authorization.DemandAsync(caller, Operations.RevealEnvironment);
        await EnvironmentInstant.SettleAsync(database, caller, name, selection.At, GrantActions.Reveal);
        var taken = 0;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var found = await FindAsync(caller, name, selection);
            var environment = await RequireAsync(caller, name, selection, found);
            var revision = EnvironmentRevision.Compute(installation, environment, found.Rows, found.Unrecoverable);
            var hasRevision = isKnown(revision);
            taken += await TakeAllowanceAsync(caller, name, environment, CostOf(found, hasRevision) - taken);
            if (hasRevision)
            {
                return (revision, null);
            }

            if (await TryRevealAsync(caller, revision, found) is { } revealed)
            {
                return (revision, revealed);
            }
        }

        throw Errors.Unavailable("values of the environment keep being deleted: try again");
    }

    private async Task<SealedEnvironment> FindAsync(Caller caller, EnvironmentReference name, RevealSelection selection) =>
        await database.ReadSnapshotAsync((caller, name, selection), static (session, state) =>
            SealedEnvironment.FindAsync(session, state.caller, state.name, state.selection), caller.Aborted);

    private static int CostOf(SealedEnvironment found, bool hasRevision)
    {
        var ofRevision = 1 + (found.Rows.Count / RowsPerRevealOfRevision);
        return hasRevision ? ofRevision : Math.Max(ofRevision, found.Rows.Count);
    }

    /// <summary>Takes values from the caller's allowance. Returns how many were taken: none if an earlier attempt took enough.</summary>
    private async Task<int> TakeAllowanceAsync(Caller caller, EnvironmentReference name, EnvironmentRow environment, int values)
    {
        if (values <= 0)
        {
            return 0;
        }

        return rates.TakeReveals(caller, values) is { } limited
            ? throw await authorization.RefusedAsync(caller, Operations.RevealEnvironment, environment, limited, name.ToString())
            : values;
    }

    private async Task<EnvironmentRow> RequireAsync(
        Caller caller, EnvironmentReference name, RevealSelection selection, SealedEnvironment found)
    {
        if (found.Environment.VisibleTo(caller, GrantActions.Reveal) is not { } environment)
        {
            throw await authorization.RefusedAsync(
                caller, Operations.RevealEnvironment, found.Environment,
                caller.RefusalIn(GrantActions.Reveal, found.Environment), name.ToString());
        }

        await RequireGrantedAsync(caller, environment, selection, name);

        if (found.ValueBytes > limits.RevealBytes)
        {
            throw Errors.RevealTooLarge(limits.RevealBytes);
        }

        var existing = found.Rows.Select(row => row.Secret).Concat(found.Unrecoverable).Select(secret => secret.Key);
        var missing = selection.Keys?.Except(existing).ToList();
        if (missing is { Count: > 0 })
        {
            throw await authorization.RefusedAsync(
                caller, Operations.RevealEnvironment, environment, Errors.KeysNotFound(missing), name.ToString());
        }

        // It comes last: who may not reveal something is told that first, whether or not a reason is required (S23).
        return !environment.RequiresReason || caller.Origin.Reason is not null
            ? environment
            : throw await authorization.RefusedAsync(
                caller, Operations.RevealEnvironment, environment, Errors.ReasonRequired(), name.ToString());
    }

    // A key without any action is as good as missing. A key with another action is refused, whether it exists or not.
    private async Task RequireGrantedAsync(
        Caller caller, EnvironmentRow environment, RevealSelection selection, EnvironmentReference name)
    {
        var refused = selection.Keys?
            .Where(key => caller.MayTouch(GrantActions.Any, environment, key) && !caller.MayTouch(GrantActions.Reveal, environment, key))
            .ToList();
        if (refused is { Count: > 0 })
        {
            throw await authorization.RefusedAsync(
                caller, Operations.RevealEnvironment, environment,
                caller.RefusalOnKeys(GrantActions.Reveal, environment, refused), name.ToString());
        }
    }

    /// <summary>
    /// Reads the ciphertexts, records the reveals and opens the values. Returns <c>null</c> when a value was deleted or destroyed
    /// after it was found.
    /// </summary>
    private async Task<RevealedEnvironment?> TryRevealAsync(Caller caller, string revision, SealedEnvironment found)
    {
        // The ciphertexts and the opened values are both in memory until the last byte is sent. The memory is taken before any
        // ciphertext is read (S31).
        var lease = budget.Take(caller, 2 * found.SealedBytes);
        try
        {
            if (await ReadAsync(caller, found) is { } rows && await RecordAndOpenAsync(caller, rows) is { } values)
            {
                return new RevealedEnvironment(revision, values, [.. found.Unrecoverable.Select(secret => secret.Key)], lease);
            }

            lease.Dispose();
            return null;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private async Task<List<SealedVersionRow>?> ReadAsync(Caller caller, SealedEnvironment found) =>
        await database.ReadSnapshotAsync(found, static (session, found) => found.ReadAsync(session), caller.Aborted);

    private async Task<IReadOnlyList<RevealedValue>?> RecordAndOpenAsync(Caller caller, List<SealedVersionRow> rows)
    {
        await RecordAsync(caller, rows);
        ServerMetrics.Revealed(rows.Count);
        // The method continues here on the thread that completes all requests of the database's batch. Yielding frees that thread
        // before the long work.
        await Task.Yield();
        return await OpenAllAsync(caller, rows);
    }

    // One unit of work after the other, so that the units of others go between them.
    private async Task RecordAsync(Caller caller, List<SealedVersionRow> rows)
    {
        foreach (var part in rows.Chunk(EntriesPerUnitOfWork))
        {
            await database.AppendAsync(
                [.. part.Select(row => AuditRecord.OfVersion(caller, time, Operations.RevealEnvironment, row.Secret, row.Version))]);
        }
    }

    // Returns `null` when a value was deleted after it was read. Values that were opened until then are zeroed.
    private async Task<IReadOnlyList<RevealedValue>?> OpenAllAsync(Caller caller, List<SealedVersionRow> rows)
    {
        var values = new List<RevealedValue>(rows.Count);
        try
        {
            foreach (var row in rows)
            {
                if (await opener.TryOpenAsync(caller, row) is not { } value)
                {
                    values.ForEach(opened => opened.Dispose());
                    return null;
                }

                values.Add(value);
            }

            return values;
        }
        catch
        {
            values.ForEach(value => value.Dispose());
            throw;
        }
    }
}
