using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The epochs of trails after the first: the table <c>trail_epochs</c>.</summary>
public static class TrailEpochTable
{
    /// <summary>Finds the epoch that a trail is in.</summary>
    public static async ValueTask<TrailEpoch> FindCurrentAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare(
            "SELECT epoch, began_at_sequence FROM trail_epochs WHERE workspace_id = $1 ORDER BY epoch DESC LIMIT 1");
        return await query.Bind(workspaceId).ReadAsync() ? new TrailEpoch(query.GetInt64(0), query.GetInt64(1)) : TrailEpoch.First;
    }

    /// <summary>Lists the epochs that a trail began, oldest first. The first one is not among them: every trail has it.</summary>
    public static async ValueTask<List<TrailEpoch>> ListAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare(
            "SELECT epoch, began_at_sequence FROM trail_epochs WHERE workspace_id = $1 ORDER BY epoch");
        return await query.Bind(workspaceId).ReadAllAsync(static row => new TrailEpoch(row.GetInt64(0), row.GetInt64(1)));
    }

    /// <summary>Begins an epoch with the entry that this transaction appends to the trail. Nothing else in this process may append to the trail meanwhile.</summary>
    /// <returns>
    /// False if the trail does not end with the entry <paramref name="last"/>, or is in that epoch or a later one already. The
    /// transaction must then keep nothing.
    /// </returns>
    public static async ValueTask<bool> BeginAsync(Session session, string workspaceId, long epoch, long last)
    {
        if (await TrailSegmentTable.LockEndAsync(session, workspaceId) != last)
        {
            return false;
        }

        await using var insert = session.Prepare("""
            INSERT INTO trail_epochs (workspace_id, epoch, began_at_sequence)
            SELECT $1, $2, $3 + 1 WHERE NOT EXISTS (SELECT 1 FROM trail_epochs WHERE workspace_id = $1 AND epoch >= $2)
            """);
        return await insert.Bind(workspaceId).Bind(epoch).Bind(last).ExecuteAsync() == 1;
    }
}
