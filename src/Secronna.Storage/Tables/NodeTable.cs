using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>A server that runs on this database.</summary>
/// <param name="Id">Its id, new with each start.</param>
/// <param name="Name">What operators know it by.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="SeenAt">When it last said that it runs.</param>
/// <param name="MasterKeyIds">The master keys that it can use.</param>
public sealed record NodeRow(string Id, string Name, long StartedAt, long SeenAt, IReadOnlyList<string> MasterKeyIds);

/// <summary>The servers that run: each says so every few seconds, by the database's clock.</summary>
public static class NodeTable
{
    /// <summary>A node that was not seen for so long counts as gone.</summary>
    public static readonly TimeSpan LiveFor = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RememberedFor = TimeSpan.FromDays(1);

    /// <summary>Says that a node runs, and which master keys it can use; forgets those that are long gone.</summary>
    public static async ValueTask<bool> BeatAsync(Transaction transaction, string id, string name, IEnumerable<string> masterKeyIds)
    {
        await using (var upsert = transaction.Prepare("""
            INSERT INTO nodes (id, name, started_at, seen_at, master_keys) VALUES ($1, $2, now_us(), now_us(), $3)
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, master_keys = excluded.master_keys
            """))
        {
            await upsert.Bind(id).Bind(name).Bind(string.Join(',', masterKeyIds)).ExecuteAsync();
        }

        await using var forget = transaction.Prepare("DELETE FROM nodes WHERE seen_at < now_us() - $1");
        await forget.Bind(Microseconds(RememberedFor)).ExecuteAsync();
        return true;
    }

    /// <summary>Says that a node has ended.</summary>
    public static async ValueTask<bool> LeaveAsync(Transaction transaction, string id)
    {
        await using var delete = transaction.Prepare("DELETE FROM nodes WHERE id = $1");
        return await delete.Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>The nodes that run.</summary>
    public static async ValueTask<List<NodeRow>> ListLiveAsync(Session session)
    {
        await using var query = session.Prepare(
            "SELECT id, name, started_at, seen_at, master_keys FROM nodes WHERE seen_at > now_us() - $1 ORDER BY seen_at");
        query.Bind(Microseconds(LiveFor));
        var rows = new List<NodeRow>();
        while (await query.ReadAsync())
        {
            rows.Add(new NodeRow(
                query.GetText(0), query.GetText(1), query.GetInt64(2), query.GetInt64(3),
                query.GetText(4).Split(',', StringSplitOptions.RemoveEmptyEntries)));
        }

        return rows;
    }

    private static long Microseconds(TimeSpan span) => (long)span.TotalMicroseconds;
}
