using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Writes the audit entries of a transaction at its end: one row for each workspace, or several where there are many entries. It
/// keeps the end and the epoch of each trail in memory, so that numbering needs no read. When another process has written to the database, or
/// a transaction was undone, it reads the ends anew from the last segments.
/// </summary>
internal sealed class SegmentWriter
{
    private const string Insert = """
        INSERT INTO trail_segments (workspace_id, first_sequence, count, at, format, entries)
        VALUES ($1, $2, $3, max(now_us(), $4), $5, $6) RETURNING at
        """;

    private readonly Dictionary<string, TrailEnd> ends = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> epochs = new(StringComparer.Ordinal);
    private readonly TrailReceipts receipts = new();
    private long? dataVersion;

    /// <summary>Must be called first in each transaction, which must hold the write lock already.</summary>
    /// <returns>Whether another connection may have written since the last transaction.</returns>
    public async ValueTask<bool> BeginAsync(Session session)
    {
        await using var query = session.Prepare("PRAGMA data_version");
        var version = await query.ReadAsync() ? query.GetInt64(0) : throw new InvalidOperationException("SQLite gives no data version");
        if (version == dataVersion)
        {
            return false;
        }

        ForgetEnds();
        dataVersion = version;
        return true;
    }

    /// <summary>Must be called when a transaction was undone.</summary>
    public void ForgetEnds()
    {
        ends.Clear();
        epochs.Clear();
        receipts.Drop();
    }

    /// <summary>Must be called before anything runs that may begin an epoch.</summary>
    public void ForgetEpochs() => epochs.Clear();

    /// <summary>Must be called once a transaction is durable.</summary>
    public void GiveReceipts() => receipts.Give();

    /// <summary>Writes all entries of <paramref name="audit"/>.</summary>
    /// <exception cref="InvalidOperationException">An entry names a workspace that does not exist.</exception>
    public async ValueTask WriteAsync(Session session, AuditTrail audit)
    {
        if (audit.Count == 0)
        {
            return;
        }

        foreach (var group in audit.Entries.GroupBy(entry => entry.WorkspaceId, StringComparer.Ordinal))
        {
            EncodedEntry[] entries = [.. group];
            var last = 0L;
            foreach (var segment in NewSegment.Pack(entries))
            {
                last = await WriteAsync(session, group.Key, segment);
            }

            if (TrailReceipts.AreWanted(entries))
            {
                var epoch = await FindEpochAsync(session, group.Key);
                receipts.Note(entries, epoch, last - entries.Length + 1);
            }
        }
    }

    // Returns the sequence number of the last entry.
    private async ValueTask<long> WriteAsync(Session session, string workspaceId, NewSegment segment)
    {
        if (!ends.TryGetValue(workspaceId, out var end))
        {
            end = await FindEndAsync(session, workspaceId);
        }

        await using var insert = session.Prepare(Insert);
        insert.Bind(workspaceId).Bind(end.LastSequence + 1).Bind(segment.Count).Bind(Math.Max(end.At, segment.NotBefore))
            .Bind(EncodedEntry.Format).Bind(segment.Entries);
        await insert.ReadAsync();
        ends[workspaceId] = new TrailEnd(end.LastSequence + segment.Count, insert.GetInt64(0));
        return end.LastSequence + segment.Count;
    }

    private async ValueTask<long> FindEpochAsync(Session session, string workspaceId)
    {
        if (!epochs.TryGetValue(workspaceId, out var epoch))
        {
            epochs[workspaceId] = epoch = (await TrailEpochTable.FindCurrentAsync(session, workspaceId)).Number;
        }

        return epoch;
    }

    private static async ValueTask<TrailEnd> FindEndAsync(Session session, string workspaceId) =>
        await TrailSegmentTable.FindEndAsync(session, workspaceId) is { LastSequence: > 0 } end
            ? end
            : workspaceId == EncodedEntry.Installation || await WorkspaceTable.ExistsAsync(session, workspaceId)
                ? default
                : throw new InvalidOperationException("an audit entry names a workspace that does not exist");
}
