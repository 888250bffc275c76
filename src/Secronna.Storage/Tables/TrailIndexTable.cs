using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// The runs of the index of each trail, and their pages. Readers see runs in the state <c>live</c>, which cover the indexed entries
/// without gaps and overlaps.
/// </summary>
public static class TrailIndexTable
{
    private const string Run = " WHERE workspace_id = $1 AND last_sequence = $2 AND level = $3";

    /// <summary>Lists the live runs of a trail, newest first.</summary>
    public static ValueTask<List<IndexRun>> ListLiveAsync(Session session, string workspaceId) =>
        ListAsync(session, workspaceId, "live");

    /// <summary>Lists the runs whose pages were merged into other runs, or whose merge was stopped. Their pages can be removed.</summary>
    public static async ValueTask<List<IndexRun>> ListUselessAsync(Session session, string workspaceId) =>
        [.. await ListAsync(session, workspaceId, "merged"), .. await ListAsync(session, workspaceId, "building")];

    /// <summary>Adds a run without pages. Readers don't see it yet.</summary>
    public static async ValueTask BeginAsync(Transaction transaction, string workspaceId, IndexRun run)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO trail_index_runs (workspace_id, last_sequence, level, first_sequence, state) VALUES ($1, $2, $3, $4, 'building')
            """);
        await insert.Bind(workspaceId).Bind(run.LastSequence).Bind(run.Level).Bind(run.FirstSequence).ExecuteAsync();
    }

    /// <summary>Adds pages to a run.</summary>
    public static async ValueTask AddAsync(Transaction transaction, string workspaceId, IndexRun run, IReadOnlyList<IndexPage> pages) =>
        await transaction.ExecuteManyAsync("""
            INSERT INTO trail_index_pages (workspace_id, last_sequence, level, first_term, first_sequence, postings)
            VALUES ($1, $2, $3, $4, $5, $6)
            """, pages, (insert, page) => insert.Bind(workspaceId).Bind(run.LastSequence).Bind(run.Level)
                .Bind(page.FirstTerm).Bind(page.FirstSequence).Bind(page.Postings));

    /// <summary>Shows a run to readers, in place of the runs that were merged into it.</summary>
    public static async ValueTask PublishAsync(
        Transaction transaction, string workspaceId, IndexRun run, IReadOnlyList<IndexRun> merged)
    {
        foreach (var (changed, state) in merged.Select(old => (old, "merged")).Append((run, "live")))
        {
            await using var update = transaction.Prepare("""
                UPDATE trail_index_runs SET state = $1 WHERE workspace_id = $2 AND last_sequence = $3 AND level = $4
                """);
            await update.Bind(state).Bind(workspaceId).Bind(changed.LastSequence).Bind(changed.Level).ExecuteAsync();
        }
    }

    /// <summary>Removes some pages of a run; once it has none, the run itself. Returns whether there is more to remove.</summary>
    public static async ValueTask<bool> RemoveAsync(Transaction transaction, string workspaceId, IndexRun run, int pages)
    {
        await using var delete = transaction.Prepare($"""
            DELETE FROM trail_index_pages{Run} AND (first_term, first_sequence) IN (
                SELECT first_term, first_sequence FROM trail_index_pages{Run} ORDER BY first_term, first_sequence LIMIT $4)
            """);
        if (await delete.Bind(workspaceId).Bind(run.LastSequence).Bind(run.Level).Bind(pages).ExecuteAsync() == pages)
        {
            return true;
        }

        await using var deleteRun = transaction.Prepare("DELETE FROM trail_index_runs" + Run);
        await deleteRun.Bind(workspaceId).Bind(run.LastSequence).Bind(run.Level).ExecuteAsync();
        return false;
    }

    /// <summary>Finds the page of a run that holds the last posting at or before a term and a sequence number.</summary>
    public static async ValueTask<IndexPage?> FindPageAsync(
        Session session, string workspaceId, IndexRun run, ReadOnlyMemory<byte> term, long sequence)
    {
        await using var query = session.Prepare($"""
            SELECT first_term, first_sequence, postings FROM trail_index_pages{Run} AND (first_term, first_sequence) <= ($4, $5)
            ORDER BY first_term DESC, first_sequence DESC LIMIT 1
            """);
        query.Bind(workspaceId).Bind(run.LastSequence).Bind(run.Level).Bind(term.Span).Bind(sequence);
        return await query.ReadAsync() ? Read(query) : null;
    }

    /// <summary>Lists the pages of a run after one, in order.</summary>
    public static async ValueTask<List<IndexPage>> ListPagesAsync(
        Session session, string workspaceId, IndexRun run, IndexPage? after, int limit)
    {
        await using var query = session.Prepare($"""
            SELECT first_term, first_sequence, postings FROM trail_index_pages{Run} AND (first_term, first_sequence) > ($4, $5)
            ORDER BY first_term, first_sequence LIMIT $6
            """);
        query.Bind(workspaceId).Bind(run.LastSequence).Bind(run.Level).Bind(after?.FirstTerm ?? []).Bind(after?.FirstSequence ?? -1)
            .Bind(limit);
        return await query.ReadAllAsync(Read);
    }

    private static async ValueTask<List<IndexRun>> ListAsync(Session session, string workspaceId, string state)
    {
        await using var query = session.Prepare("""
            SELECT last_sequence, level, first_sequence FROM trail_index_runs WHERE workspace_id = $1 AND state = $2
            ORDER BY last_sequence DESC
            """);
        return await query.Bind(workspaceId).Bind(state)
            .ReadAllAsync(row => new IndexRun(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2)));
    }

    private static IndexPage Read(Statement row) => new(row.GetBlob(0), row.GetInt64(1), row.GetBlob(2));
}
