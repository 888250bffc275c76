using Secronna.Storage.Engine;

namespace Secronna.Storage.Packing;

/// <summary>Appends segments with given numbers and times, for the migration, which has the database for itself.</summary>
internal static class SegmentInsert
{
    private const string Insert = """
        INSERT INTO trail_segments (workspace_id, first_sequence, count, at, format, entries) VALUES ($1, $2, $3, $4, $5, $6)
        """;

    /// <summary>Inserts entries, of which the first has the number <paramref name="first"/>.</summary>
    public static async ValueTask RunAsync(
        Session session, string workspaceId, long first, long at, IReadOnlyList<EncodedEntry> entries) =>
        await session.ExecuteManyAsync(Insert, NewSegment.Pack(entries), (insert, segment) => insert.Bind(workspaceId).Bind(first + segment.Offset)
            .Bind(segment.Count).Bind(at).Bind(EncodedEntry.Format).Bind(segment.Entries));
}
