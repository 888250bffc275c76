using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// The part of a write that runs in its transaction: it checks the plan against the present state and mints the versions.
/// </summary>
/// <param name="caller">The caller of the write.</param>
/// <param name="plan">The plan, with its versions sealed under <paramref name="kek"/>.</param>
/// <param name="kek">The KEK that the plan names.</param>
/// <param name="maxResealed">
/// How many versions may be sealed again in the transaction. All other writers wait meanwhile, and sealing takes longer than
/// writing.
/// </param>
/// <param name="limits">The limits.</param>
/// <param name="time">The clock.</param>
internal sealed class WriteTransaction(
    Caller caller, WritePlan plan, LeasedKek kek, int maxResealed, LimitSettings limits, TimeProvider time)
{
    /// <summary>The form in which an answer is kept for repeats of the request.</summary>
    public static JsonTypeInfo<IReadOnlyList<WrittenResponse>> Json => ProtocolJson.Default.IReadOnlyListWrittenResponse;

    /// <summary>Mints the versions. The transaction may be undone and run again.</summary>
    /// <returns>
    /// The result; <c>null</c>, with no version minted, if the write must be planned anew: the KEK is no longer active (S9), the
    /// environment or the version that is rolled back is gone, or too many versions would have to be sealed again.
    /// </returns>
    /// <exception cref="RequestException">CONFLICT: a version is not the expected one, or the environment is full. RATE_LIMITED: the workspace stores too much.</exception>
    public async ValueTask<WriteResult?> RunAsync(Transaction transaction)
    {
        if (await EnvironmentInstant.TakeAsync(transaction, caller, plan.Environment.Id) is not { } change)
        {
            return null;
        }

        if (plan.Idempotency is not null
            && await plan.Idempotency.FindFirstAnswerAsync(transaction, Json, WritePlan.CutFor(caller, plan.Environment)) is { } first)
        {
            return new WriteResult(change, first, 0);
        }

        var currents = await SecretTable.FindCurrentsAsync(
            transaction, plan.Environment.Id, [.. plan.Versions.Select(version => version.Write.Key)]);
        if (!await IsStillPossibleAsync(transaction, currents))
        {
            return null;
        }

        var rows = PrepareRows(transaction, currents, change.Instant);
        RequireRoom(change.SecretCount, currents.Count(current => current is null));
        StoredBytesLimit.Require(transaction, plan.Environment.WorkspaceId, change, rows, limits);
        await VersionTable.MintAsync(transaction, plan.Environment, rows, change.Instant);
        IReadOnlyList<WrittenResponse> written = [.. rows.Select(row => new WrittenResponse(row.SecretId, row.Key, row.Version))];
        if (plan.Idempotency is not null)
        {
            await plan.Idempotency.KeepAsync(transaction, written, Json);
        }

        return new WriteResult(change, written, written.Count);
    }

    // Holds the KEK until the transaction ends, and reserves the wraps of the versions that must be sealed again.
    private async ValueTask<bool> IsStillPossibleAsync(Transaction transaction, List<(string Id, int CurrentVersion)?> currents)
    {
        foreach (var (version, current) in plan.Versions.Zip(currents))
        {
            if (!await version.Write.MayFollowAsync(transaction, current))
            {
                return false;
            }
        }

        var resealed = plan.Versions.Where((version, i) => version.WasRenumbered || !version.IsNextAfter(currents[i])).Count();
        return resealed <= maxResealed && await WrapReservations.LockAsync(transaction, kek.Id, resealed);
    }

    private List<NewVersion> PrepareRows(Transaction transaction, List<(string Id, int CurrentVersion)?> currents, long instant)
    {
        var rows = new List<NewVersion>(plan.Versions.Count);
        foreach (var (version, current) in plan.Versions.Zip(currents))
        {
            RequireExpected(version.Write, current?.CurrentVersion ?? 0);
            ResealIfOvertaken(version, current);
            rows.Add(version.ToRow(kek, caller));
            transaction.Audit.Append(version.ToAuditEntry(caller, time, plan.Environment), instant);
        }

        return rows;
    }

    // The number is part of what is sealed (S6). If another writer of the key came first, the version needs another number.
    private void ResealIfOvertaken(PlannedVersion version, (string Id, int CurrentVersion)? current)
    {
        if (version.IsNextAfter(current))
        {
            return;
        }

        // If the secret was deleted since the plan, the version needs a new secret: the old id belongs to the tombstone (S15).
        version.Renumber(current?.Id ?? Ids.New(Ids.Secret, time.GetUtcNow()), (current?.CurrentVersion ?? 0) + 1);
        version.Seal(kek, plan.Environment);
    }

    // A caller who may only write is not told the current version.
    private void RequireExpected(ValueToWrite write, int current)
    {
        if (write.ExpectedVersion is { } expected && expected != current)
        {
            var maySee = caller.MayTouch(GrantActions.List | GrantActions.Reveal, plan.Environment, write.Key);
            throw Errors.VersionConflict(write.Key, expected, maySee ? current : null);
        }
    }

    private void RequireRoom(int count, int added)
    {
        if (added > 0 && count + added > limits.EnvironmentKeys)
        {
            throw Errors.EnvironmentFull(limits.EnvironmentKeys);
        }
    }
}
