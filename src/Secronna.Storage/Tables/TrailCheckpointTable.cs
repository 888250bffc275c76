using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// The signed checkpoints of trails: the table <c>trail_checkpoints</c>. None is ever changed. The latest one is kept, and the first
/// one of each hour: a busy workspace has a new one each second.
/// </summary>
public static class TrailCheckpointTable
{
    private const long MicrosecondsPerHour = 3_600_000_000;

    /// <summary>Finds the latest checkpoint of an epoch.</summary>
    public static async ValueTask<TrailCheckpointRow?> FindLatestAsync(Session session, string workspaceId, long epoch)
    {
        await using var query = session.Prepare("""
            SELECT size, root, note FROM trail_checkpoints WHERE workspace_id = $1 AND epoch = $2 ORDER BY size DESC LIMIT 1
            """);
        return await query.Bind(workspaceId).Bind(epoch).ReadAsync()
            ? new TrailCheckpointRow(epoch, query.GetInt64(0), query.GetBlob(1), query.GetText(2))
            : null;
    }

    /// <summary>Finds the latest checkpoint of the latest epoch that has one.</summary>
    public static async ValueTask<TrailCheckpointRow?> FindLatestAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare("""
            SELECT epoch, size, root, note FROM trail_checkpoints WHERE workspace_id = $1 ORDER BY epoch DESC, size DESC LIMIT 1
            """);
        return await query.Bind(workspaceId).ReadAsync()
            ? new TrailCheckpointRow(query.GetInt64(0), query.GetInt64(1), query.GetBlob(2), query.GetText(3))
            : null;
    }

    /// <summary>Lists the checkpoints of a trail that are kept, by size.</summary>
    public static async ValueTask<List<TrailCheckpointRow>> ListAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare("""
            SELECT epoch, size, root, note FROM trail_checkpoints WHERE workspace_id = $1 ORDER BY epoch, size
            """);
        return await query.Bind(workspaceId).ReadAllAsync(row =>
            new TrailCheckpointRow(row.GetInt64(0), row.GetInt64(1), row.GetBlob(2), row.GetText(3)));
    }

    /// <summary>
    /// Publishes a checkpoint, unless its epoch is over or has one of this size or a larger one; the transaction must then keep
    /// nothing. The transaction must hold the follower that makes the checkpoints, so that no other one publishes meanwhile.
    /// </summary>
    public static async ValueTask<bool> PublishAsync(Transaction transaction, string workspaceId, TrailCheckpointRow checkpoint)
    {
        await ThinAsync(transaction, workspaceId, checkpoint.Epoch);
        await using var insert = transaction.Prepare("""
            INSERT INTO trail_checkpoints (workspace_id, epoch, size, at, root, note)
            SELECT $1, $2, $3, now_us(), $4, $5
            WHERE NOT EXISTS (SELECT 1 FROM trail_checkpoints WHERE workspace_id = $1 AND epoch = $2 AND size >= $3)
                AND NOT EXISTS (SELECT 1 FROM trail_epochs WHERE workspace_id = $1 AND epoch > $2)
            """);
        return await insert.Bind(workspaceId).Bind(checkpoint.Epoch).Bind(checkpoint.Size).Bind(checkpoint.Root).Bind(checkpoint.Note)
            .ExecuteAsync() == 1;
    }

    // The latest checkpoint so far is about to be followed by another one. It goes if it isn't the first of its hour.
    private static async ValueTask ThinAsync(Transaction transaction, string workspaceId, long epoch)
    {
        List<(long Size, long Hour)> last;
        await using (var query = transaction.Prepare("""
            SELECT size, at FROM trail_checkpoints WHERE workspace_id = $1 AND epoch = $2 ORDER BY size DESC LIMIT 2
            """))
        {
            last = await query.Bind(workspaceId).Bind(epoch).ReadAllAsync(row => (row.GetInt64(0), row.GetInt64(1) / MicrosecondsPerHour));
        }

        if (last.Count == 2 && last[0].Hour == last[1].Hour)
        {
            await using var delete = transaction.Prepare(
                "DELETE FROM trail_checkpoints WHERE workspace_id = $1 AND epoch = $2 AND size = $3");
            await delete.Bind(workspaceId).Bind(epoch).Bind(last[0].Size).ExecuteAsync();
        }
    }
}
