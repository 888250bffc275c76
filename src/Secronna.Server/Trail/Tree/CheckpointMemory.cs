using System.Collections.Concurrent;
using Secronna.Crypto.Trail;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Tree;

/// <summary>
/// The last checkpoint of each trail that this node has published or seen, in memory and in the node's state folder. Each later
/// checkpoint must extend it. So the node notices a database that was set back, or exchanged, before it signs a second history under
/// the same name (S33).
/// </summary>
/// <param name="database">The database.</param>
/// <param name="keys">The installation's log keys.</param>
/// <param name="folder">The files; <c>null</c> keeps the checkpoints in memory alone.</param>
/// <param name="log">The log.</param>
internal sealed class CheckpointMemory(Database database, LogKeys keys, CheckpointFolder? folder, ILogger<CheckpointMemory> log)
{
    private ConcurrentDictionary<string, Checkpoint>? known;

    /// <summary>Whether the memory has the checkpoint of a trail that its tree has reached.</summary>
    public bool IsCurrent(FollowedTrail trail) =>
        (known?.TryGetValue(trail.WorkspaceId, out var checkpoint) is true ? checkpoint.Size : 0) == trail.Place;

    /// <summary>Requires that each trail extends what this node remembers of it.</summary>
    /// <exception cref="TrailBehindException">A trail does not.</exception>
    /// <exception cref="TrailDamagedException">A file of the state folder, or a part of a tree, is damaged.</exception>
    public async Task RequireAllAsync()
    {
        foreach (var workspaceId in (await KnownAsync()).Keys)
        {
            await database.ReadSnapshotAsync((this, workspaceId), static async (session, state) =>
            {
                await state.Item1.RequireAsync(session, state.workspaceId);
                return true;
            });
        }
    }

    /// <summary>Requires that a trail extends what this node remembers of it.</summary>
    /// <param name="session">The session. All its statements must see one state of the database.</param>
    /// <param name="workspaceId">The workspace of the trail.</param>
    /// <exception cref="TrailBehindException">It does not.</exception>
    /// <exception cref="TrailDamagedException">A part of the tree is missing.</exception>
    public async ValueTask RequireAsync(Session session, string workspaceId)
    {
        if (!(await KnownAsync()).TryGetValue(workspaceId, out var checkpoint))
        {
            return;
        }

        var epoch = (await TrailEpochTable.FindCurrentAsync(session, workspaceId)).Number;
        if (epoch == checkpoint.Origin.Epoch)
        {
            await RequireExtendsAsync(session, workspaceId, checkpoint);
        }
        else if (epoch < checkpoint.Origin.Epoch)
        {
            throw new TrailBehindException(checkpoint, $"is in epoch {epoch} again");
        }
    }

    /// <summary>Looks at a trail that another node may have followed, and remembers its latest checkpoint.</summary>
    /// <inheritdoc cref="RequireAsync"/>
    public async ValueTask ObserveAsync(Session session, string workspaceId)
    {
        await RequireAsync(session, workspaceId);
        var epoch = await TrailEpochTable.FindCurrentAsync(session, workspaceId);
        if (await TrailCheckpointTable.FindLatestAsync(session, workspaceId, epoch.Number) is { } latest)
        {
            await RememberAsync(workspaceId, latest);
        }
    }

    /// <summary>Remembers a checkpoint that was published. It must extend the one that was remembered before.</summary>
    public async ValueTask RememberAsync(string workspaceId, TrailCheckpointRow published)
    {
        var checkpoint = published.Read();
        (await KnownAsync())[workspaceId] = checkpoint;
        try
        {
            folder?.Write(checkpoint.Origin, published.Note);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageUnavailableException)
        {
            // The memory still guards this process, and the next checkpoint is written again.
            TrailLog.CheckpointNotKept(log, workspaceId, FailureReason.Of(exception));
        }
    }

    private async ValueTask<ConcurrentDictionary<string, Checkpoint>> KnownAsync()
    {
        if (known is null)
        {
            var read = folder?.Read((await keys.IdentityAsync()).InstallationId) ?? [];
            Interlocked.CompareExchange(ref known, new ConcurrentDictionary<string, Checkpoint>(read.ToDictionary(
                checkpoint => checkpoint.Origin.Workspace ?? EncodedEntry.Installation), StringComparer.Ordinal), null);
        }

        return known;
    }

    private static async ValueTask RequireExtendsAsync(Session session, string workspaceId, Checkpoint checkpoint)
    {
        var place = await TrailFollowerTable.FindPlaceAsync(session, workspaceId, TreeFollower.FollowerName);
        if (place < checkpoint.Size)
        {
            throw new TrailBehindException(checkpoint, $"has a tree of {place} entries");
        }

        var tiles = await TileReader.ReadAllAsync(session, workspaceId, TilePosition.UnfinishedIn(checkpoint.Size));
        if (TreeBuilder.Restore(checkpoint.Size, tiles).Root() != checkpoint.Root)
        {
            throw new TrailBehindException(checkpoint, "has other entries than that checkpoint says");
        }
    }
}
