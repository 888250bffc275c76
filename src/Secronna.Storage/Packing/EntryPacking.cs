using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Storage.Packing;

/// <summary>Packs the entries of each workspace, and compares what was packed with the entries.</summary>
internal sealed class EntryPacking(MigrationSlices slices, TrailEncoding encoding, Action<string> progress)
{
    private const int SliceEntries = 5_000;

    private readonly Session session = slices.Session;
    private long packed;
    private long compared;

    /// <summary>Packs and compares all entries.</summary>
    /// <exception cref="StorageSetupException">The entries have a gap, or the segments differ from them.</exception>
    public async ValueTask RunAsync()
    {
        for (var id = EncodedEntry.Installation; id is not null; id = await FindNextAsync(id))
        {
            var (workspaceId, after) = (id, 0L);
            await slices.RunAsync(() => PackAsync(workspaceId));
            await slices.RunAsync(async () =>
            {
                var before = after;
                after = await CompareAsync(workspaceId, before);
                return after > before;
            });
        }
    }

    private async ValueTask<string?> FindNextAsync(string workspaceId)
    {
        string? next = null;
        await slices.RunAsync(async () =>
        {
            next = await AuditEntryTable.FindNextTrailAsync(session, workspaceId);
            return false;
        });
        return next;
    }

    private async ValueTask<bool> PackAsync(string workspaceId)
    {
        var end = await TrailSegmentTable.FindEndAsync(session, workspaceId);
        var rows = await AuditEntryTable.ListAsync(session, workspaceId, end.LastSequence, SliceEntries);
        if (rows.Count == 0)
        {
            await RequireEndAsync(workspaceId);
            return false;
        }

        RequireNoGap(rows, end.LastSequence + 1);
        await SegmentInsert.RunAsync(session, workspaceId, end.LastSequence + 1, [.. rows.Select(Encode)]);
        packed += rows.Count;
        progress($"{packed:N0} audit entries packed");
        return true;
    }

    private EncodedEntry Encode(AuditEntryRow row) => new(row.WorkspaceId, encoding.Entry(row), row.CreatedAt);

    /// <summary>Compares entries after a number. Returns the number of the last entry that was compared.</summary>
    private async ValueTask<long> CompareAsync(string workspaceId, long after)
    {
        var rows = await AuditEntryTable.ListAsync(session, workspaceId, after, SliceEntries);
        var stored = await ReadAsync(workspaceId, after + 1, rows.Count);
        if (stored.Count < rows.Count || rows.Where((row, i) => !Equals(row, stored[i])).Any())
        {
            throw new StorageSetupException(
                $"packed audit entries after number {after} differ from the entries of {NameOf(workspaceId)}, so the entries were kept: "
                + "ask for help");
        }

        compared += rows.Count;
        progress($"{compared:N0} audit entries compared");
        return after + rows.Count;
    }

    private async ValueTask<List<(long At, ReadOnlyMemory<byte> Bytes)>> ReadAsync(string workspaceId, long first, int count)
    {
        var stored = new List<(long At, ReadOnlyMemory<byte> Bytes)>();
        await TrailSegmentTable.ReadUpAsync(session, workspaceId, first, count, segment =>
        {
            var skipped = (int)Math.Max(0, first - segment.FirstSequence);
            stored.AddRange(segment.Unpack().Skip(skipped).Select(entry => (segment.At, entry)));
            return stored.Count < count;
        });
        return stored;
    }

    private bool Equals(AuditEntryRow row, (long At, ReadOnlyMemory<byte> Bytes) stored) =>
        row.CreatedAt == stored.At && encoding.Entry(row).AsSpan().SequenceEqual(stored.Bytes.Span);

    private static void RequireNoGap(List<AuditEntryRow> rows, long first)
    {
        if (rows.Where((row, i) => row.Sequence != first + i).FirstOrDefault() is { } row)
        {
            throw Refused(row.WorkspaceId, $"have a gap before number {row.Sequence}");
        }
    }

    // The old counter tells whether entries were cut off at the end.
    private async ValueTask RequireEndAsync(string workspaceId)
    {
        var (last, recorded) = await AuditEntryTable.FindEndAsync(session, workspaceId);
        if (last < recorded)
        {
            throw Refused(workspaceId, $"end with number {last}, but {recorded} were recorded");
        }
    }

    private static StorageSetupException Refused(string workspaceId, string reason) => new(
        $"the audit entries of {NameOf(workspaceId)} {reason}, so they can't be packed: restore a backup, or ask for help");

    private static string NameOf(string workspaceId) =>
        workspaceId == EncodedEntry.Installation ? "the installation" : $"workspace '{workspaceId}'";
}
