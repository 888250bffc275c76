using Secronna.Server.Trail;
using Secronna.Server.Trail.Index;
using Secronna.Storage.Engine;

namespace Secronna.IntegrationTests.Trail;

/// <summary>Lets followers follow trails at once.</summary>
internal static class Following
{
    /// <summary>Indexes a trail up to its end, as the node of this name.</summary>
    public static async Task IndexAsync(this Database database, string workspaceId, string node = "node_1")
    {
        var follower = new IndexFollower();
        var lease = await FollowerLease.TakeAsync(database, workspaceId, follower.Name, node)
            ?? throw new InvalidOperationException("another node has the follower");
        await follower.RunAsync(lease, CancellationToken.None);
    }
}
