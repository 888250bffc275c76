using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Storage;

namespace Secronna.Server.Features.Keys;

/// <summary>
/// Puts the data keys of a retiring KEK under the project's active one, batch after batch, and destroys it at the end (S9).
/// What is left to do stands in the rows, so that it goes on wherever it was broken off (S10). The next batch is read and
/// re-wrapped while the one before is written.
/// </summary>
internal sealed class KekRewrapper(
    Database database, KekLeases leases, KekRotation rotation, NodeIdentity node, TimeProvider time, ILogger<KekRewrapper> log)
{
    private const int BatchSize = 500;
    private const int MostBroken = 5_000;

    // Who holds the work says so again before a third of this has passed; if it ends, another goes on then.
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);

    /// <summary>Does all there is to do, if no other node does.</summary>
    /// <returns>Whether the KEK is gone, or another node is at it: false where data keys are left that don't unwrap.</returns>
    public async Task<bool> RunAsync(KekRow old, CancellationToken cancellation)
    {
        if (!await TakeAsync(old))
        {
            return true;
        }

        using var kek = await LeaseAsync(old);
        if (kek is null)
        {
            return false;
        }

        var broken = await RewrapAllAsync(old, kek, cancellation);
        if (cancellation.IsCancellationRequested)
        {
            return true;
        }

        if (broken > 0)
        {
            Log.DataKeysBroken(log, broken, old.Id, old.ProjectId);
            return false;
        }

        await rotation.DestroyAsync(old);
        return true;
    }

    private async Task<int> RewrapAllAsync(KekRow old, LeasedKek kek, CancellationToken cancellation)
    {
        var batch = new RewrapBatch(old, kek);
        var taken = time.GetTimestamp();
        var written = Task.CompletedTask;
        while (!cancellation.IsCancellationRequested && batch.Broken <= MostBroken)
        {
            if (time.GetElapsedTime(taken) > Hold / 3)
            {
                if (!await TakeAsync(old))
                {
                    break;
                }

                taken = time.GetTimestamp();
            }

            var rows = batch.Without(await database.ReadSnapshotAsync((old.Id, batch.Excluded + BatchSize), static (session, it) =>
                Versions.ListUnderAsync(session, it.Id, it.Item2)));
            if (rows.Count == 0 && !batch.IsWriting)
            {
                break;
            }

            var next = rows.Count == 0 ? null : await RewrapAsync(batch, old, rows);
            await written;
            if (next is null && rows.Count > 0)
            {
                break;
            }

            batch.Written(rows);
            written = next is { } keys ? WriteAsync(old, keys.KekId, keys.Keys) : Task.CompletedTask;
        }

        await written;
        return batch.Broken;
    }

    private async Task<(string KekId, List<RewrappedDataKey> Keys)?> RewrapAsync(RewrapBatch batch, KekRow old, List<DataKeyRow> rows)
    {
        var caller = Caller.Server(old.WorkspaceId);
        while (await database.ReadAsync(old.ProjectId, static (session, id) => Keks.FindActiveAsync(session, id)) is { } active)
        {
            if (!await rotation.ReserveAsync(caller, active, rows.Count))
            {
                continue;
            }

            using var kek = await leases.LeaseAsync(active.Id);
            if (kek is not null)
            {
                return (active.Id, batch.Rewrap(kek, rows));
            }
        }

        // The project was deleted, and with it all there was to do.
        return null;
    }

    // The KEK may have been replaced meanwhile: then the rows stay as they were, and are read again.
    private async Task WriteAsync(KekRow old, string kekId, List<RewrappedDataKey> keys) =>
        await database.WriteAsync((old.Id, kekId, keys), static async (transaction, it) =>
            await KekRotation.LockAsync(transaction, it.kekId, 0)
                ? await Versions.RewrapAsync(transaction, it.Id, it.kekId, it.keys)
                : 0, weight: keys.Count);

    private Task<bool> TakeAsync(KekRow old) => database.WriteAsync((old.Id, node.Id), static (transaction, it) =>
        Keks.TakeAsync(transaction, it.Item1, it.Item2, Hold));

    private async ValueTask<LeasedKek?> LeaseAsync(KekRow old)
    {
        try
        {
            return await leases.LeaseAsync(old.Id);
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException)
        {
            Log.KekBroken(log, old.Id, old.ProjectId);
            return null;
        }
    }
}
