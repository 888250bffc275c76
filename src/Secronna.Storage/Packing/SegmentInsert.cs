using Secronna.Storage.Engine;

namespace Secronna.Storage.Packing;

/// <summary>Appends segments with given numbers and times, for the migration, which has the database for itself.</summary>
internal static class SegmentInsert
{
    private const string Insert = """
        INSERT INTO trail_segments (workspace_id, first_sequence, count, at, format, entries) VALUES ($1, $2, $3, $4, $5, $6)
        """;

    /// <summary>Inserts entries in one round trip. The entries of one segment have one time.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace of the trail.</param>
    /// <param name="first">The number of the first entry.</param>
    /// <param name="entries">The entries, in order. Each has its time as <see cref="EncodedEntry.NotBefore"/>.</param>
    public static async ValueTask RunAsync(Session session, string workspaceId, long first, IReadOnlyList<EncodedEntry> entries)
    {
        var segments = new List<(long FirstSequence, NewSegment Segment)>();
        var next = first;
        foreach (var sameTime in SplitByTime(entries))
        {
            segments.AddRange(NewSegment.Pack(sameTime).Select(segment => (next + segment.Offset, segment)));
            next += sameTime.Count;
        }

        await session.ExecuteManyAsync(Insert, segments, (insert, row) => insert.Bind(workspaceId).Bind(row.FirstSequence)
            .Bind(row.Segment.Count).Bind(row.Segment.NotBefore).Bind(EncodedEntry.Format).Bind(row.Segment.Entries));
    }

    private static IEnumerable<List<EncodedEntry>> SplitByTime(IReadOnlyList<EncodedEntry> entries)
    {
        var sameTime = new List<EncodedEntry>();
        foreach (var entry in entries)
        {
            if (sameTime.Count > 0 && sameTime[0].NotBefore != entry.NotBefore)
            {
                yield return sameTime;
                sameTime = [];
            }

            sameTime.Add(entry);
        }

        if (sameTime.Count > 0)
        {
            yield return sameTime;
        }
    }
}
