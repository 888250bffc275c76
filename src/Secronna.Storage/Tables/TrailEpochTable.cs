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
}
