using Npgsql;
using NpgsqlTypes;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// Builds the statements that append segments to trails, one statement for each workspace. A statement advances the workspace's
/// counter and inserts all segments of the workspace, so sequence numbers have no gap (S20). The lock of the counter's row lasts
/// until the commit, which is sent together with these statements.
/// </summary>
internal static class PostgresSegments
{
    private const string AdvanceWorkspace = """
        WITH taken AS (
            UPDATE workspaces SET audit_sequence = audit_sequence + $2, audited_at = instant_after(greatest(audited_at, $3) - 1)
            WHERE id = $1
            RETURNING audit_sequence - $2 AS sequence, audited_at)
        """;

    private const string AdvanceInstallation = """
        WITH taken AS (
            UPDATE installation SET audit_sequence = audit_sequence + $2, audited_at = instant_after(greatest(audited_at, $3) - 1)
            WHERE id = 1
            RETURNING audit_sequence - $2 AS sequence, audited_at)
        """;

    // If the workspace does not exist, the sequence number is NULL, which the table refuses.
    private const string Insert = """

        INSERT INTO trail_segments (workspace_id, first_sequence, count, at, format, entries)
        SELECT $1, (SELECT sequence FROM taken) + 1 + s.skipped, s.count, (SELECT audited_at FROM taken), $4, s.entries
        FROM unnest($5, $6, $7) AS s (skipped, count, entries)
        """;

    // One row for each segment. The epoch is the one that had begun when the statement began.
    private const string Receipt = """

        RETURNING first_sequence, coalesce((SELECT max(epoch) FROM trail_epochs WHERE workspace_id = $1), 1)
        """;

    /// <summary>
    /// The entries of each workspace, ordered by workspace id. All transactions lock the counters in this order, so no deadlock
    /// arises.
    /// </summary>
    public static List<EncodedEntry[]> Group(IEnumerable<EncodedEntry> entries) =>
    [
        .. entries.GroupBy(entry => entry.WorkspaceId, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.ToArray()),
    ];

    /// <summary>
    /// Notes the receipts of what the statements wrote. Must be called while the results stand at that of the first of these
    /// statements that has one.
    /// </summary>
    /// <param name="results">The results.</param>
    /// <param name="groups">The entries, as <see cref="Group"/> gave them.</param>
    /// <param name="receipts">Notes them.</param>
    public static async ValueTask ReadAsync(NpgsqlDataReader results, List<EncodedEntry[]> groups, TrailReceipts receipts)
    {
        foreach (var entries in groups.Where(TrailReceipts.AreWanted))
        {
            var (first, epoch) = (long.MaxValue, 0L);
            while (await results.ReadAsync())
            {
                (first, epoch) = (Math.Min(first, results.GetInt64(0)), results.GetInt64(1));
            }

            receipts.Note(entries, epoch, first);
            await results.NextResultAsync();
        }
    }

    /// <summary>The statement that writes the entries of a workspace.</summary>
    public static NpgsqlBatchCommand ToCommand(EncodedEntry[] entries)
    {
        var workspaceId = entries[0].WorkspaceId;
        var segments = NewSegment.Pack(entries);
        var command = new NpgsqlBatchCommand(
            (workspaceId == EncodedEntry.Installation, TrailReceipts.AreWanted(entries)) switch
            {
                (true, true) => AdvanceInstallation + Insert + Receipt,
                (true, false) => AdvanceInstallation + Insert,
                (false, true) => AdvanceWorkspace + Insert + Receipt,
                (false, false) => AdvanceWorkspace + Insert,
            });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = workspaceId, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = entries.Length });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = segments.Max(segment => segment.NotBefore) });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = EncodedEntry.Format });
        command.Parameters.Add(ArrayOf(segments.Select(segment => (long)segment.Offset), NpgsqlDbType.Bigint));
        command.Parameters.Add(ArrayOf(segments.Select(segment => (long)segment.Count), NpgsqlDbType.Bigint));
        command.Parameters.Add(ArrayOf(segments.Select(segment => segment.Entries), NpgsqlDbType.Bytea));
        return command;
    }

    private static NpgsqlParameter<T[]> ArrayOf<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };
}
