using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Keys;

/// <summary>
/// Lets a new log key sign the checkpoints (S33). Each trail first names the new key in an entry, and the old key signs a checkpoint
/// that covers the entry. So a verifier that trusts the old key can move its trust to the new one. A rotation that was stopped is
/// finished by the next one, with the same key.
/// </summary>
internal sealed class LogKeyRotation(
    Database database, InstallationKeys keys, IEnumerable<Follower> followers, NodeIdentity node, TimeProvider time)
{
    private const int WorkspacesInPage = 500;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Rotates the key. Servers may run meanwhile.</summary>
    /// <param name="progress">Receives descriptions of the progress.</param>
    /// <param name="cancellation">Stops between two trails. Until each trail names the new key, the old one goes on signing.</param>
    /// <returns>The key that signs now, and the number of trails.</returns>
    /// <exception cref="SettingsException">A trail is damaged, so that no checkpoint can cover its entry.</exception>
    public async Task<(LogKeyRow Key, int Trails)> RunAsync(Action<string> progress, CancellationToken cancellation)
    {
        var next = await database.WriteAsync(transaction => LogIdentity.CreateNextAsync(transaction, keys, time));
        while (true)
        {
            var trails = await database.ReadAsync(ListTrailsAsync, cancellation);
            await EachAsync(trails, trail => CoverAsync(trail, next, cancellation), done => progress($"{done} trails name the new key"));

            // A workspace may have been added meanwhile.
            if (await database.WriteAsync(transaction => ActivateAsync(transaction, next)))
            {
                await EachAsync(trails, trail => ConfirmAsync(trail, next, cancellation), done => progress($"the new key has signed {done} trails"));
                return (next, trails.Count);
            }
        }
    }

    private static async Task EachAsync(List<string> trails, Func<string, Task> work, Action<string> progress)
    {
        for (var i = 0; i < trails.Count; i++)
        {
            await work(trails[i]);
            progress($"{i + 1:N0} of {trails.Count:N0}");
        }
    }

    private static async ValueTask<bool> ActivateAsync(Transaction transaction, LogKeyRow next) =>
        await LogKeyAnnouncementTable.AreAllCoveredAsync(transaction, next.Number) && await LogKeyTable.ActivateAsync(transaction, next.Number);

    // Until the new key is active, only the old one signs.
    private async Task CoverAsync(string workspaceId, LogKeyRow next, CancellationToken cancellation)
    {
        var announcement = await database.WriteAsync(transaction => AnnounceAsync(transaction, workspaceId, next));
        if (announcement.Note is null)
        {
            var covering = await FollowToAsync(workspaceId, announcement.Sequence, cancellation);
            await database.WriteAsync(async transaction =>
            {
                await LogKeyAnnouncementTable.CoverAsync(transaction, announcement, covering.Note);
                return true;
            });
        }
    }

    // A trail that doesn't grow would go on showing a checkpoint of the old key.
    private async Task ConfirmAsync(string workspaceId, LogKeyRow next, CancellationToken cancellation)
    {
        var sequence = await database.WriteAsync(transaction => NameAsync(transaction, workspaceId, next));
        await FollowToAsync(workspaceId, sequence, cancellation);
    }

    // Names the key in the trail, unless that was done before.
    private async ValueTask<LogKeyAnnouncement> AnnounceAsync(Transaction transaction, string workspaceId, LogKeyRow next)
    {
        if (await LogKeyAnnouncementTable.FindAsync(transaction, workspaceId, next.Number) is { } known)
        {
            return known;
        }

        var announcement = new LogKeyAnnouncement(workspaceId, next.Number, await NameAsync(transaction, workspaceId, next), null);
        await LogKeyAnnouncementTable.AddAsync(transaction, announcement);
        return announcement;
    }

    // Returns the entry's number.
    private async ValueTask<long> NameAsync(Transaction transaction, string workspaceId, LogKeyRow next)
    {
        var last = await TrailSegmentTable.LockEndAsync(transaction, workspaceId);
        transaction.Audit.Append(AuditRecord.Of(Caller.Operator(workspaceId), time, AuditActions.LogKeyRotate) with
        {
            TargetId = Convert.ToHexStringLower(next.PublicKey),
        });
        return last + 1;
    }

    private async Task<TrailCheckpointRow> FollowToAsync(string workspaceId, long sequence, CancellationToken cancellation)
    {
        while (true)
        {
            if (await database.ReadAsync(session => TrailCheckpointTable.FindLatestAsync(session, workspaceId), cancellation) is { } latest
                && latest.Size >= sequence)
            {
                return latest;
            }

            await FollowAsync(workspaceId, cancellation);
        }
    }

    // Another node may follow the trail just now. Where no server runs, this process does it.
    private async Task FollowAsync(string workspaceId, CancellationToken cancellation)
    {
        try
        {
            if (await FollowerLease.TakeAsync(database, workspaceId, TreeFollower.FollowerName, node.Id) is { } lease)
            {
                await followers.OfType<TreeFollower>().Single().RunAsync(lease, cancellation);
                return;
            }
        }
        catch (FollowerLostException)
        {
            // The other node goes on.
        }
        catch (TrailDamagedException exception)
        {
            throw new SettingsException($"{exception.Message}: the old log key goes on signing. See secronna-server backup verify");
        }

        await Task.Delay(RetryInterval, time, cancellation);
    }

    private static async ValueTask<List<string>> ListTrailsAsync(Session session)
    {
        List<string> trails = [EncodedEntry.Installation];
        while (await WorkspaceTable.ListAsync(session, trails[^1], WorkspacesInPage) is { Count: > 0 } page)
        {
            trails.AddRange(page.Select(workspace => workspace.Id));
        }

        return trails;
    }
}
