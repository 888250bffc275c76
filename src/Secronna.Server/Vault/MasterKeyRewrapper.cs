using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Finishes a rotation of the master key: puts every KEK under the active master key (S8), page by page. The rows themselves show
/// what is left to do, so a server continues where a command was interrupted (S10). No version's row is read or written.
/// </summary>
internal sealed class MasterKeyRewrapper(
    Database database, MasterKeyRing masterKeys, NodeIdentity node, TimeProvider time, ILogger<MasterKeyRewrapper> log)
{
    private const int PageSize = 100;

    // How long this node's hold on the work lasts without renewal. If this node stops, another node waits this long.
    private static readonly TimeSpan HoldDuration = TimeSpan.FromSeconds(30);

    private readonly KekPageRewrapper pages = new(database, masterKeys, log);

    /// <summary>Does all the work, unless another node or command is doing it.</summary>
    /// <param name="progress">Called after each page with the number of KEKs that were re-wrapped so far.</param>
    /// <param name="cancellation">Interrupts the work between two pages.</param>
    /// <returns>How far the rotation has come; <c>null</c> if another node or command is doing the work.</returns>
    /// <exception cref="MasterKeyException">The active master key is missing, or its provider does not answer.</exception>
    public async Task<MasterKeyProgress?> RunAsync(Action<long>? progress, CancellationToken cancellation)
    {
        try
        {
            return await RunHeldAsync(progress, cancellation);
        }
        finally
        {
            await database.WriteAsync(transaction => InstallationTable.ReleaseRotationAsync(transaction, node.Id));
        }
    }

    private async Task<MasterKeyProgress?> RunHeldAsync(Action<long>? progress, CancellationToken cancellation)
    {
        var broken = new List<string>();
        long rewrapped = 0;
        while (await FindNextPageAsync(broken) is { } next)
        {
            cancellation.ThrowIfCancellationRequested();
            await masterKeys.CheckAsync(next.Installation);
            if (!await TakeAsync())
            {
                return null;
            }

            if (next.Keks.Count == 0)
            {
                break;
            }

            var page = await pages.RewrapAsync(next.Installation.ActiveMasterKeyId, next.Keks);
            broken.AddRange(page.Broken);
            rewrapped += page.Written;
            progress?.Invoke(rewrapped);
        }

        return new MasterKeyProgress(rewrapped, broken, broken.Count == 0 && await TryEndAsync());
    }

    private Task<bool> TakeAsync() =>
        database.WriteAsync(transaction => InstallationTable.TakeRotationAsync(transaction, node.Id, HoldDuration));

    // The next KEKs that are under another master key than the active one, except broken KEKs. Null if there is no installation.
    private async Task<(InstallationRow Installation, List<KekRow> Keks)?> FindNextPageAsync(List<string> broken) =>
        await database.ReadAsync(async session =>
        {
            if (await InstallationTable.FindAsync(session) is not { } installation)
            {
                return default((InstallationRow, List<KekRow>)?);
            }

            foreach (var other in await KekTable.ListOnePerMasterKeyAsync(session))
            {
                if (other.MasterKeyId != installation.ActiveMasterKeyId
                    && await FindUnderAsync(session, other.MasterKeyId, broken) is { Count: > 0 } keks)
                {
                    return (installation, keks);
                }
            }

            return (installation, []);
        });

    private static async ValueTask<List<KekRow>> FindUnderAsync(Session session, string masterKeyId, List<string> broken)
    {
        var after = "";
        while (await KekTable.ListUnderAsync(session, masterKeyId, after, PageSize) is { Count: > 0 } page)
        {
            if (page.Where(kek => !broken.Contains(kek.Id)).ToList() is { Count: > 0 } keks)
            {
                return keks;
            }

            after = page[^1].Id;
        }

        return [];
    }

    // Ends the rotation and records its end, if no KEK is under another master key.
    private async Task<bool> TryEndAsync()
    {
        var isDone = await database.WriteAsync(async transaction =>
        {
            // No KEK can be added while the transaction holds this row.
            var activeId = await InstallationTable.LockMasterKeyAsync(transaction);
            if (activeId is null || (await KekTable.ListOnePerMasterKeyAsync(transaction)).Exists(kek => kek.MasterKeyId != activeId))
            {
                return false;
            }

            await KnownMasterKeyTable.SetOthersUnusedAsync(transaction, activeId);
            if (await InstallationTable.EndRotationAsync(transaction))
            {
                transaction.Audit.Append(
                    MasterKeyRecord.Of(time, AuditActions.MasterKeyRotate, activeId, MasterKeyRecord.Finished));
            }

            return true;
        });
        database.EraseDeletedInBackground();
        return isDone;
    }
}
