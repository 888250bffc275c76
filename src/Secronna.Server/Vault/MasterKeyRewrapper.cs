using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>How far a rotation of the master key is.</summary>
/// <param name="Rewrapped">KEKs put under the active master key.</param>
/// <param name="Broken">KEKs that don't unwrap, or whose master key is not here, and stay where they are, by id.</param>
/// <param name="IsDone">Whether nothing is under another master key.</param>
internal sealed record MasterKeyProgress(long Rewrapped, IReadOnlyList<string> Broken, bool IsDone);

/// <summary>
/// Brings every KEK under the active master key (S8), page after page. What is left to do stands in the rows, so that a
/// server goes on wherever a command was broken off (S10). Not one version's row is read or written.
/// </summary>
internal sealed class MasterKeyRewrapper(
    Database database, MasterKeyRing masterKeys, NodeIdentity node, TimeProvider time, ILogger<MasterKeyRewrapper> log)
{
    private const int KeySize = 32;
    private const int PageSize = 100;

    // Of a provider that answers over a network.
    private const int CallsAtOnce = 8;
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    /// <summary>Does all there is to do, if nobody else does.</summary>
    /// <param name="progress">Told how many KEKs were re-wrapped.</param>
    /// <param name="cancellation">Breaks it off between two pages.</param>
    /// <returns>How far it came; null while another holds the work.</returns>
    /// <exception cref="MasterKeyException">The active master key is not here, or is another one: the work is left to others.</exception>
    public async Task<MasterKeyProgress?> RunAsync(Action<long>? progress, CancellationToken cancellation)
    {
        try
        {
            return await RunHeldAsync(progress, cancellation);
        }
        finally
        {
            await database.WriteAsync(node.Id, static (transaction, id) => InstallationTable.ReleaseRotationAsync(transaction, id));
        }
    }

    private async Task<MasterKeyProgress?> RunHeldAsync(Action<long>? progress, CancellationToken cancellation)
    {
        var broken = new List<string>();
        long rewrapped = 0;
        while (await NextAsync(broken) is { } work)
        {
            cancellation.ThrowIfCancellationRequested();
            await masterKeys.CheckAsync(work.Installation);
            if (!await TakeAsync())
            {
                return null;
            }

            if (work.Keks.Count == 0)
            {
                break;
            }

            rewrapped += await RewrapAsync(work.Installation.ActiveMasterKeyId, work.Keks, broken);
            progress?.Invoke(rewrapped);
        }

        return new MasterKeyProgress(rewrapped, broken, broken.Count == 0 && await EndAsync());
    }

    private Task<bool> TakeAsync() => database.WriteAsync(node.Id, static (transaction, id) =>
        InstallationTable.TakeRotationAsync(transaction, id, Hold));

    /// <summary>The next KEKs that are under another master key than the active one, but for the broken ones.</summary>
    private async Task<(InstallationRow Installation, List<KekRow> Keks)?> NextAsync(List<string> broken) =>
        await database.ReadAsync(broken, static async (session, broken) =>
        {
            if (await InstallationTable.FindAsync(session) is not { } installation)
            {
                return default((InstallationRow, List<KekRow>)?);
            }

            foreach (var other in await KekTable.ListOnePerMasterKeyAsync(session))
            {
                var after = "";
                while (other.MasterKeyId != installation.ActiveMasterKeyId
                    && await KekTable.ListUnderAsync(session, other.MasterKeyId, after, PageSize) is { Count: > 0 } page)
                {
                    if (page.Where(kek => !broken.Contains(kek.Id)).ToList() is { Count: > 0 } whole)
                    {
                        return (installation, whole);
                    }

                    after = page[^1].Id;
                }
            }

            return (installation, []);
        });

    private async Task<int> RewrapAsync(string activeId, List<KekRow> keks, List<string> broken)
    {
        var boxes = new byte[]?[keks.Count];
        await Parallel.ForAsync(0, keks.Count, new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce }, async (i, _) =>
            boxes[i] = await RewrapAsync(activeId, keks[i]));
        var done = keks.Zip(boxes).Where(pair => pair.Second is not null).ToList();
        broken.AddRange(keks.Zip(boxes).Where(pair => pair.Second is null).Select(pair => pair.First.Id));
        return await database.WriteAsync((activeId, done), static async (transaction, it) =>
        {
            // Another rotation may have begun meanwhile, and this key even be retired by now.
            if (!await InstallationTable.HoldMasterKeyAsync(transaction, it.activeId))
            {
                return 0;
            }

            var count = 0;
            foreach (var (kek, box) in it.done)
            {
                count += await KekTable.RewrapAsync(transaction, kek, it.activeId, box!) ? 1 : 0;
            }

            return count;
        }, weight: done.Count);
    }

    private async Task<byte[]?> RewrapAsync(string activeId, KekRow kek)
    {
        using var key = PinnedBuffer.Rent(KeySize);
        try
        {
            await masterKeys.UnwrapAsync(kek, key.Memory);
        }
        catch (Exception exception) when (exception is DecryptionException or MasterKeyMissingException)
        {
            VaultLog.KekBroken(log, kek.Id, kek.ProjectId);
            return null;
        }

        return await masterKeys.WrapVerifiedAsync(
            MasterKeyBinding.ForKek(kek.WorkspaceId, kek.ProjectId, kek.Id, activeId), key.Memory);
    }

    /// <summary>Ends the rotation if nothing is under another master key, and records it.</summary>
    private async Task<bool> EndAsync()
    {
        var isDone = await database.WriteAsync(time, static async (transaction, time) =>
        {
            // No KEK is added while this is held.
            var activeId = await InstallationTable.LockMasterKeyAsync(transaction);
            if (activeId is null || (await KekTable.ListOnePerMasterKeyAsync(transaction)).Exists(kek => kek.MasterKeyId != activeId))
            {
                return false;
            }

            await KnownMasterKeyTable.SetOthersUnusedAsync(transaction, activeId);
            if (await InstallationTable.EndRotationAsync(transaction))
            {
                transaction.Audit.Append(MasterKeyRecord.Of(time, AuditActions.MasterKeyRotate, activeId, MasterKeyRecord.Finished));
            }

            return true;
        });
        database.EraseDeletedInBackground();
        return isDone;
    }
}
