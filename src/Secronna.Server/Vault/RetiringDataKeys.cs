using Secronna.Crypto;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Re-wraps the data keys under a retiring KEK, batch by batch. It knows which rows must not be processed again: those whose
/// write is still running, and those that can't be re-wrapped.
/// </summary>
internal sealed class RetiringDataKeys(KekRow retiring, LeasedKek retiringKey)
{
    private readonly HashSet<VersionId> skipped = [];
    private HashSet<VersionId> beingWritten = [];

    /// <summary>The number of data keys that stay under the KEK: damaged ones, and ones that are about to be deleted.</summary>
    public int SkippedCount => skipped.Count;

    /// <summary>The number of data keys that don't unwrap although they were not deleted (S6).</summary>
    public int DamagedCount { get; private set; }

    /// <summary>The number of data keys that were re-wrapped.</summary>
    public long RewrappedCount { get; private set; }

    /// <summary>Whether the write of a batch may still be running.</summary>
    public bool IsBatchBeingWritten => beingWritten.Count > 0;

    /// <summary>The largest number of rows that <see cref="RemoveProcessed"/> may remove.</summary>
    public int ProcessedCount => skipped.Count + beingWritten.Count;

    /// <summary>Removes from a page the rows that must not be processed again.</summary>
    public List<DataKeyRow> RemoveProcessed(List<DataKeyRow> rows)
    {
        rows.RemoveAll(row => skipped.Contains(row.Id) || beingWritten.Contains(row.Id));
        return rows;
    }

    /// <summary>Notes that the write of the previous batch has ended, and that the write of these rows begins.</summary>
    public void BeginWriting(DataKeyRow[] batch) => beingWritten = [.. batch.Select(row => row.Id)];

    /// <summary>Notes that no write is running.</summary>
    public void EndWriting() => beingWritten = [];

    /// <summary>Re-wraps data keys in memory. Data keys that don't unwrap are skipped.</summary>
    public List<RewrappedDataKey> Rewrap(LeasedKek kek, DataKeyRow[] rows)
    {
        using var rewrap = new DataKeyRewrap(retiringKey.Key, retiringKey.Id, retiringKey.Name, kek.Key, kek.Id, kek.Name);
        var keys = new List<RewrappedDataKey>(rows.Length);
        foreach (var row in rows)
        {
            // The binding has the workspace and project of the KEK, not of the row, so a row that was moved here from elsewhere
            // doesn't unwrap.
            var binding = new VersionBinding(
                retiring.WorkspaceId, retiring.ProjectId, row.EnvironmentId, row.Id.SecretId, row.Key, row.Id.Version);
            try
            {
                keys.Add(new RewrappedDataKey(row.Id, row.WrappedDataKey, rewrap.Rewrap(binding, row.WrappedDataKey)));
            }
            catch (DecryptionException)
            {
                Skip(row);
            }
        }

        RewrappedCount += keys.Count;
        return keys;
    }

    // A data key of zeros was overwritten because its secret was deleted. Its row will be removed soon, so it is not damaged.
    private void Skip(DataKeyRow row)
    {
        skipped.Add(row.Id);
        if (row.WrappedDataKey.AsSpan().ContainsAnyExcept((byte)0))
        {
            DamagedCount++;
        }
    }
}
