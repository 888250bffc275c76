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
    /// <param name="cancellation">Stops between two trails. The old key goes on signing.</param>
    /// <returns>The key that signs now, and the number of trails.</returns>
    /// <exception cref="SettingsException">A trail is damaged, so that no checkpoint can cover its entry.</exception>
    public async Task<(LogKeyRow Key, int Trails)> RunAsync(Action<string> progress, CancellationToken cancellation)
    {
        var next = await database.WriteAsync(transaction => LogIdentity.CreateNextAsync(transaction, keys, time));
        while (true)
        {
            var trails = await database.ReadAsync(ListTrailsAsync, cancellation);
            for (var i = 0; i < trails.Count; i++)
            {
                await CoverAsync(trails[i], next, cancellation);
                progress($"{i + 1:N0} of {trails.Count:N0} trails name the new key");
            }

            // A workspace may have been added meanwhile.
            if (await database.WriteAsync(transaction => ActivateAsync(transaction, next)))
            {
                return (next, trails.Count);
            }
        }
    }

    private static async ValueTask<bool> ActivateAsync(Transaction transaction, LogKeyRow next) =>
        await LogKeyAnnouncementTable.AreAllCoveredAsync(transaction, next.Number) && await LogKeyTable.ActivateAsync(transaction, next.Number);

    private async Task CoverAsync(string workspaceId, LogKeyRow next, CancellationToken cancellation)
    {
        await database.WriteAsync(transaction => AnnounceAsync(transaction, workspaceId, next));
        while (!await database.WriteAsync(transaction => TryCoverAsync(transaction, workspaceId, next)))
        {
            cancellation.ThrowIfCancellationRequested();
            await FollowAsync(workspaceId, cancellation);
        }
    }

    // Names the key in the trail, unless that was done before.
    private async ValueTask<bool> AnnounceAsync(Transaction transaction, string workspaceId, LogKeyRow next)
    {
        var last = await TrailSegmentTable.LockEndAsync(transaction, workspaceId);
        if (await LogKeyAnnouncementTable.FindAsync(transaction, workspaceId, next.Number) is not null)
        {
            return false;
        }

        await LogKeyAnnouncementTable.AddAsync(transaction, workspaceId, next.Number, last + 1);
        transaction.Audit.Append(AuditRecord.Of(Caller.Operator(workspaceId), time, AuditActions.LogKeyRotate) with
        {
            TargetId = Convert.ToHexStringLower(next.PublicKey),
        });
        return true;
    }

    private static async ValueTask<bool> TryCoverAsync(Transaction transaction, string workspaceId, LogKeyRow next)
    {
        var announcement = (await LogKeyAnnouncementTable.FindAsync(transaction, workspaceId, next.Number))!;
        if (announcement.Note is null
            && await TrailCheckpointTable.FindLatestAsync(transaction, workspaceId, (await TrailEpochTable.FindCurrentAsync(transaction, workspaceId)).Number)
                is { } latest && latest.Size >= announcement.Sequence)
        {
            await LogKeyAnnouncementTable.CoverAsync(transaction, announcement, latest.Note);
            return true;
        }

        return announcement.Note is not null;
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
