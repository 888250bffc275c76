using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Keys;

/// <summary>
/// Rotates and retires master keys for the operator (S8). <see cref="MasterKeyRewrapper"/> does the re-wrapping.
/// </summary>
internal sealed class MasterKeyService(
    Database database, MasterKeyRing masterKeys, MasterKeyRewrapper rewrapper, InstallationSetup setup, TimeProvider time)
{
    private const int MaxAttempts = 60;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Plans a rotation.</summary>
    /// <param name="wanted">The id of the key to rotate to; <c>null</c> is the newest key of the main provider.</param>
    /// <exception cref="SettingsException">There is nothing to do, or the key is retired.</exception>
    /// <exception cref="MasterKeyException">No provider holds the key.</exception>
    public async Task<MasterKeyPlan> PlanAsync(string? wanted)
    {
        var (active, known, counts) = await ReadAsync();
        // A key that was active before becomes active again only if the operator names it.
        var to = wanted ?? masterKeys.MainKeyIds.LastOrDefault(id => id == active
                || known.Find(key => key.Id == id) is null or { ActiveSince: null, RetiredAt: null })
            ?? throw new SettingsException(
                $"master key: {masterKeys.MainSource} holds no unused key: add one with secronna-server master-key generate, "
                + "or name the key to rotate to");
        await masterKeys.RequireAsync(to);
        if (known.Find(key => key.Id == to) is { RetiredAt: not null })
        {
            throw new SettingsException(
                $"master key: {to} is retired: name another key, or add one with secronna-server master-key generate");
        }

        var remaining = counts.Where(count => count.MasterKeyId != to).Sum(count => count.Keks);
        return to != active || remaining > 0
            ? new MasterKeyPlan(active, to, remaining)
            : throw new SettingsException(
                $"master key: {to} is active, and every KEK is wrapped with it: to rotate, add a key with secronna-server master-key generate");
    }

    /// <summary>Announces the key to all nodes, so that each node checks whether it can use the key.</summary>
    /// <exception cref="MasterKeyException">
    /// This process can't use the key, or another key was announced with this id.
    /// </exception>
    public Task AnnounceAsync(string id) => MasterKeyAnnouncement.AnnounceAsync(database, masterKeys, id, null);

    /// <summary>Records that a command has generated the key, and announces it to all nodes.</summary>
    /// <exception cref="MasterKeyException">
    /// This process can't use the key, or another key was announced with this id.
    /// </exception>
    public static Task AnnounceNewAsync(Database database, MasterKeyRing masterKeys, string id, TimeProvider time) =>
        MasterKeyAnnouncement.AnnounceAsync(database, masterKeys, id, MasterKeyRecord.Of(time, AuditActions.MasterKeyGenerate, id));

    /// <summary>The running nodes that have not reported that they can use the key.</summary>
    public async Task<IReadOnlyList<NodeRow>> ListNodesWithoutAsync(string id) =>
        [.. (await database.ReadAsync(NodeTable.ListLiveAsync))
            .Where(node => !node.MasterKeyIds.Contains(id))];

    /// <summary>
    /// Starts a rotation: makes the plan's key active, wraps the installation key with it, and records the start. The key must
    /// have been announced.
    /// </summary>
    /// <exception cref="SettingsException">Another rotation started meanwhile, or the key was retired.</exception>
    public async Task StartAsync(MasterKeyPlan plan)
    {
        var wrapped = await setup.RewrapInstallationKeyAsync(database, plan.From, plan.To);
        var isStarted = await database.WriteAsync(async transaction =>
        {
            if (!await InstallationTable.ActivateMasterKeyAsync(transaction, plan.From, plan.To, wrapped))
            {
                return false;
            }

            // After the plan was made, the key may have been retired and then destroyed. A retirement locks the same row, so
            // none can come between this check and the commit.
            if (await KnownMasterKeyTable.FindAsync(transaction, plan.To) is { RetiredAt: not null })
            {
                throw new SettingsException($"master key: {plan.To} was retired meanwhile: secronna-server master-key list shows the keys");
            }

            await KnownMasterKeyTable.ActivateAsync(transaction, plan.To);
            transaction.Audit.Append(MasterKeyRecord.Of(time, AuditActions.MasterKeyRotate, plan.To, MasterKeyRecord.Started));
            return true;
        });
        if (!isStarted)
        {
            throw new SettingsException(
                "master key: another rotation started at the same time: secronna-server master-key list shows the keys");
        }
    }

    /// <summary>
    /// Wraps every KEK with the active master key. If an earlier command was interrupted, a running server may already be doing
    /// this work. Then this method waits for that server.
    /// </summary>
    /// <param name="progress">Receives how many KEKs were re-wrapped so far.</param>
    /// <param name="retrying">Receives the reason of each further attempt.</param>
    /// <param name="cancellation">Ends the work between two pages of KEKs.</param>
    /// <returns>The ids of the KEKs that do not unwrap. They stay wrapped with their old master key.</returns>
    public async Task<IReadOnlyList<string>> RewrapAsync(
        Action<long> progress, Func<string, Task> retrying, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await rewrapper.RunAsync(progress, cancellation) is { } done && (done.IsDone || done.Broken.Count > 0))
                {
                    return done.Broken;
                }

                if (!await database.ReadAsync(InstallationTable.IsRotatingAsync, cancellation))
                {
                    return [];
                }
            }
            catch (Exception exception) when (exception is StorageUnavailableException or MasterKeyException && attempt < MaxAttempts)
            {
                await retrying(exception.Message);
            }

            await Task.Delay(RetryInterval, time, cancellation);
        }
    }

    /// <summary>Retires a key that wraps nothing.</summary>
    /// <returns>The key as it was before.</returns>
    /// <exception cref="SettingsException">The key still wraps something, is unknown, or is already retired.</exception>
    public Task<KnownMasterKey> RetireAsync(string id) => database.WriteAsync(async transaction =>
    {
        if (await InstallationTable.LockMasterKeyAsync(transaction) == id)
        {
            throw new SettingsException(
                $"master key: {id} is active: rotate to another key first with secronna-server master-key rotate");
        }

        var known = await KnownMasterKeyTable.FindAsync(transaction, id)
            ?? throw new SettingsException(
                $"master key: the installation knows no key with the id {id}: secronna-server master-key list shows the keys");
        if (await KekTable.CountUnderAsync(transaction, id) is > 0 and var count)
        {
            throw new SettingsException(
                $"master key: {count} KEK(s) are wrapped with {id}: run secronna-server master-key rotate, and wait until it has finished");
        }

        if (known.RetiredAt is not null)
        {
            throw new SettingsException($"master key: {id} is already retired");
        }

        await KnownMasterKeyTable.RetireAsync(transaction, id);
        transaction.Audit.Append(MasterKeyRecord.Of(time, AuditActions.MasterKeyRetire, id));
        return known;
    });

    private async Task<(string Active, List<KnownMasterKey> Known, List<(string MasterKeyId, long Keks)> Counts)> ReadAsync() =>
        await database.ReadAsync(async session =>
        {
            var installation = await InstallationTable.FindAsync(session)
                ?? throw new StorageUnavailableException("the database has no installation row");
            var counts = new List<(string, long)>();
            foreach (var kek in await KekTable.ListOnePerMasterKeyAsync(session))
            {
                counts.Add((kek.MasterKeyId, await KekTable.CountUnderAsync(session, kek.MasterKeyId)));
            }

            return (installation.ActiveMasterKeyId, await KnownMasterKeyTable.ListAsync(session), counts);
        });
}
