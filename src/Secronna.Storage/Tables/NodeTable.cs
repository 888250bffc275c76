using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The servers that run on this database. Each reports every few seconds that it runs.</summary>
public static class NodeTable
{
    /// <summary>A node counts as running for this time after its last report.</summary>
    public static readonly TimeSpan LiveFor = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RemovedAfter = TimeSpan.FromDays(1);

    /// <summary>
    /// Stores that a node runs, and which master keys it can use. Removes nodes whose last report is more than a day old.
    /// </summary>
    public static async ValueTask<bool> ReportAsync(Transaction transaction, string id, string name, IEnumerable<string> masterKeyIds)
    {
        await using (var upsert = transaction.Prepare("""
            INSERT INTO nodes (id, name, started_at, seen_at, master_keys) VALUES ($1, $2, now_us(), now_us(), $3)
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, master_keys = excluded.master_keys
            """))
        {
            await upsert.Bind(id).Bind(name).Bind(string.Join(',', masterKeyIds)).ExecuteAsync();
        }

        await using var delete = transaction.Prepare("DELETE FROM nodes WHERE seen_at < now_us() - $1");
        await delete.Bind(Microseconds(RemovedAfter)).ExecuteAsync();
        return true;
    }

    /// <summary>Removes a node that stops.</summary>
    public static async ValueTask<bool> RemoveAsync(Transaction transaction, string id)
    {
        await using var delete = transaction.Prepare("DELETE FROM nodes WHERE id = $1");
        return await delete.Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>Lists the nodes that run.</summary>
    public static async ValueTask<List<NodeRow>> ListLiveAsync(Session session)
    {
        await using var query = session.Prepare(
            "SELECT id, name, started_at, seen_at, master_keys FROM nodes WHERE seen_at > now_us() - $1 ORDER BY seen_at");
        return await query.Bind(Microseconds(LiveFor)).ReadAllAsync(static row => new NodeRow(
            row.GetText(0), row.GetText(1), row.GetInt64(2), row.GetInt64(3),
            row.GetText(4).Split(',', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Counts the nodes that run.</summary>
    public static async ValueTask<int> CountLiveAsync(Session session)
    {
        await using var query = session.Prepare("SELECT count(*) FROM nodes WHERE seen_at > now_us() - $1");
        return await query.Bind(Microseconds(LiveFor)).ReadAsync() ? query.GetInt32(0) : 0;
    }

    private static long Microseconds(TimeSpan span) => (long)span.TotalMicroseconds;
}
