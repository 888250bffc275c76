using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Keys;
using Secronna.Server.Features.Secrets;
using Secronna.Storage;

namespace Secronna.Server.Features.PointInTime;

/// <summary>
/// The earlier values that a restore brings back, each sealed under a new data key (S4) for the version that it will most
/// likely become. Values are opened one by one; only those of secrets that others write meanwhile are kept until the end, to
/// be sealed when their number is certain.
/// </summary>
internal sealed class ResealedVersions(
    Database database, SecretOpener opener, PlaintextBudget budget, int mostBytes) : IDisposable
{
    // Of rows, so that no more old ciphertext is in memory at a time.
    private const int RowsAtOnce = 50;

    // What is sealed by the writer, while all others wait.
    private const int MostKept = 64;

    private readonly Dictionary<string, Resealed> sealedById = new(StringComparer.Ordinal);
    private readonly HashSet<string> kept = new(StringComparer.Ordinal);
    private long bytes;

    /// <summary>What of a plan is not sealed yet.</summary>
    public List<RestoreChange> Missing(RestorePlan plan) =>
        [.. plan.Restored.Where(change => Find(change, plan.Kek.Id) is not { } found || (found.Value is null && kept.Contains(change.SecretId)))];

    /// <summary>Opens and seals what is not sealed yet.</summary>
    /// <exception cref="RequestException">
    /// PAYLOAD_TOO_LARGE: the values are over the limit; UNAVAILABLE: too many are in memory; INTEGRITY_ERROR, recorded.
    /// </exception>
    public async ValueTask SealAsync(Caller caller, RestorePlan plan, LeasedKek kek, List<RestoreChange> missing)
    {
        foreach (var changes in missing.Chunk(RowsAtOnce))
        {
            var rows = await LoadAsync(caller, changes);
            foreach (var (change, row) in changes.Zip(rows))
            {
                // One that was deleted meanwhile is not in the next plan.
                if (row is not null)
                {
                    await SealAsync(caller, plan, kek, change, row);
                }
            }
        }
    }

    /// <summary>
    /// The versions of a plan, and how many of them were sealed here, under a KEK that is leased; null where one can't be:
    /// then its value will be kept the next time.
    /// </summary>
    public (List<NewVersion> Versions, int SealedHere)? TryTake(Caller caller, RestorePlan plan, LeasedKek kek, string? comment)
    {
        var versions = new List<NewVersion>();
        var (sealedHere, isComplete) = (0, true);
        foreach (var change in plan.Restored)
        {
            var boxes = Find(change, kek.Id)?.Boxes;
            if (boxes is null && sealedById.GetValueOrDefault(change.SecretId)?.Value is { } value)
            {
                sealedHere++;
                boxes = kek.Seal(plan.Environment, change.SecretId, change.Version!.Value, value.Span);
            }

            if (boxes is null)
            {
                isComplete = false;
                _ = kept.Count < MostKept && kept.Add(change.SecretId);
                continue;
            }

            versions.Add(new NewVersion(
                change.SecretId, change.Key, change.Version!.Value, kek.Id, boxes.WrappedDataKey, boxes.Ciphertext,
                VersionKinds.Restored, caller.ActorId, comment));
        }

        return isComplete ? (versions, sealedHere) : null;
    }

    public void Dispose()
    {
        foreach (var resealed in sealedById.Values)
        {
            resealed.Dispose();
        }
    }

    private Resealed? Find(RestoreChange change, string kekId) =>
        sealedById.GetValueOrDefault(change.SecretId) is { } found && found.Version == change.Version && found.KekId == kekId ? found : null;

    private ValueTask<List<SealedVersionRow?>> LoadAsync(Caller caller, RestoreChange[] changes) =>
        database.ReadAsync((caller.WorkspaceId, changes), static async (session, it) =>
        {
            var rows = new List<SealedVersionRow?>();
            foreach (var change in it.changes)
            {
                rows.Add(await Versions.FindSealedAsync(session, it.WorkspaceId, change.SecretId, change.To));
            }

            return rows;
        });

    private async ValueTask SealAsync(
        Caller caller, RestorePlan plan, LeasedKek kek, RestoreChange change, SealedVersionRow row)
    {
        if (await opener.TryOpenAsync(caller, row, AuditActions.EnvironmentRestore) is not { } opened)
        {
            // It isn't in the next plan either.
            return;
        }

        try
        {
            var boxes = kek.Seal(plan.Environment, change.SecretId, change.Version!.Value, opened.Value.Span);
            Keep(change.SecretId, new Resealed(
                change.Version.Value, kek.Id, boxes, kept.Contains(change.SecretId) ? opened.Value : null,
                budget.Take(boxes.Ciphertext.Length)));
        }
        catch
        {
            opened.Dispose();
            throw;
        }

        if (!kept.Contains(change.SecretId))
        {
            opened.Dispose();
        }
    }

    // What is sealed waits in memory until all of it is written.
    private void Keep(string secretId, Resealed resealed)
    {
        if (sealedById.Remove(secretId, out var before))
        {
            bytes -= before.Boxes.Ciphertext.Length;
            before.Dispose();
        }

        sealedById.Add(secretId, resealed);
        bytes += resealed.Boxes.Ciphertext.Length;
        if (bytes > mostBytes)
        {
            throw Errors.RestoreTooLarge(mostBytes);
        }
    }

    private sealed record Resealed(
        int Version, string KekId, SealedVersion Boxes, PinnedBuffer? Value, IDisposable Lease) : IDisposable
    {
        public void Dispose()
        {
            Value?.Dispose();
            Lease.Dispose();
        }
    }
}
