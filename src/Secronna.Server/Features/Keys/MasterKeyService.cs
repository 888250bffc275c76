using Secronna.Protocol;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Keys;

/// <summary>What a rotation of the master key would do.</summary>
/// <param name="From">The active master key.</param>
/// <param name="To">The one that becomes active; the same where a rotation only goes on.</param>
/// <param name="Keks">KEKs that are not under it yet.</param>
internal sealed record MasterKeyPlan(string From, string To, long Keks);

/// <summary>
/// The operator's side of master keys (S8): another one becomes active, and those that nothing is under are retired. The
/// re-wrapping is <see cref="MasterKeyRewrapper"/>'s.
/// </summary>
internal sealed class MasterKeyService(
    Database database, MasterKeyRing masterKeys, MasterKeyRewrapper rewrapper, InstallationSetup setup, TimeProvider time)
{
    private const int Attempts = 60;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>What there is to do: to the named key, or to the newest of the main provider.</summary>
    /// <exception cref="SettingsException">There is nothing to do, or the key can't be used for it.</exception>
    /// <exception cref="MasterKeyException">The key named is not here.</exception>
    public async Task<MasterKeyPlan> PlanAsync(string? wanted)
    {
        var (active, known, counts) = await ReadAsync();
        // Never back to one that was active before, unless it is named.
        var to = wanted ?? masterKeys.MainKeyIds.LastOrDefault(id => id == active
                || known.Find(key => key.Id == id) is null or { ActiveSince: null, RetiredAt: null })
            ?? throw new SettingsException($"master key: {masterKeys.MainSource} holds no key that was not active before: run secronna-server master-key generate, or name one by --to");
        await masterKeys.RequireAsync(to);
        if (known.Find(key => key.Id == to) is { RetiredAt: not null })
        {
            throw new SettingsException($"master key: {to} is retired: name another, or run secronna-server master-key generate");
        }

        var left = counts.Where(count => count.MasterKeyId != to).Sum(count => count.Keks);
        return to != active || left > 0
            ? new MasterKeyPlan(active, to, left)
            : throw new SettingsException(
                $"master key: {to} is active, and everything is under it: run secronna-server master-key generate for a new one");
    }

    /// <summary>Tells all nodes of the key, so that each looks whether it can use it; this process must be able to.</summary>
    /// <exception cref="MasterKeyException">It can't, or another key is known by this id.</exception>
    public Task AnnounceAsync(string id) => AnnounceAsync(database, masterKeys, id, null);

    /// <summary>Records that a command has made the key, and tells all nodes of it.</summary>
    /// <exception cref="MasterKeyException">It can't be used, or another key is known by this id.</exception>
    public static Task AnnounceNewAsync(Database database, MasterKeyRing masterKeys, string id, TimeProvider time) =>
        AnnounceAsync(database, masterKeys, id, MasterKeyRecord.Of(time, AuditActions.MasterKeyGenerate, id));

    private static async Task AnnounceAsync(Database database, MasterKeyRing masterKeys, string id, AuditEntry? entry)
    {
        var box = await masterKeys.NewCheckBoxAsync(id);
        var known = await database.WriteAsync((id, box, entry), static async (transaction, it) =>
        {
            await KnownMasterKeyTable.AnnounceAsync(transaction, it.id, it.box);
            if (it.entry is not null)
            {
                transaction.Audit.Append(it.entry);
            }

            return await KnownMasterKeyTable.FindAsync(transaction, it.id);
        });
        await masterKeys.CheckAsync(id, known!.CheckBox!);
    }

    /// <summary>The live nodes that have not said that they can use the key.</summary>
    public async Task<IReadOnlyList<NodeRow>> LackingAsync(string id) =>
        [.. (await database.ReadAsync(0, static (session, _) => NodeTable.ListLiveAsync(session)))
            .Where(node => !node.MasterKeyIds.Contains(id))];

    /// <summary>Makes the plan's key, which was announced, the active one, with the installation key under it, and records it.</summary>
    /// <exception cref="SettingsException">Another rotation began meanwhile, or the key was retired.</exception>
    public async Task StartAsync(MasterKeyPlan plan)
    {
        var wrapped = await setup.RewrapInstallationKeyAsync(database, plan.From, plan.To);
        var isStarted = await database.WriteAsync((plan, wrapped, time), static async (transaction, it) =>
        {
            if (!await InstallationTable.ActivateMasterKeyAsync(transaction, it.plan.From, it.plan.To, it.wrapped))
            {
                return false;
            }

            // A retirement, which holds the same row, may have come after the plan: whoever retires a key may destroy it.
            if (await KnownMasterKeyTable.FindAsync(transaction, it.plan.To) is { RetiredAt: not null })
            {
                throw new SettingsException($"master key: {it.plan.To} was retired meanwhile: see master-key list");
            }

            await KnownMasterKeyTable.ActivateAsync(transaction, it.plan.To);
            transaction.Audit.Append(MasterKeyRecord.Of(it.time, AuditActions.MasterKeyRotate, it.plan.To, MasterKeyRecord.Started));
            return true;
        });
        if (!isStarted)
        {
            throw new SettingsException("master key: another rotation began at the same time: see master-key list");
        }
    }

    /// <summary>
    /// Brings every KEK under the plan's key. Where a running server holds this work, because an earlier command was broken
    /// off, it waits for that server.
    /// </summary>
    /// <param name="progress">Told how many KEKs were re-wrapped so far.</param>
    /// <param name="retrying">Told why the next attempt is needed.</param>
    /// <param name="cancellation">Ends the work between two pages of KEKs.</param>
    /// <returns>The ids of the KEKs that do not unwrap. They stay as they are.</returns>
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

                if (!await database.ReadAsync(0, static (session, _) => InstallationTable.IsRotatingAsync(session)))
                {
                    return [];
                }
            }
            catch (Exception exception) when (exception is StorageUnavailableException or MasterKeyException && attempt < Attempts)
            {
                await retrying(exception.Message);
            }

            await Task.Delay(RetryAfter, time, cancellation);
        }
    }

    /// <summary>Retires a key that nothing is under.</summary>
    /// <returns>What was known of it.</returns>
    /// <exception cref="SettingsException">Something is under it, or it is not known.</exception>
    public Task<KnownMasterKey> RetireAsync(string id) => database.WriteAsync((id, time), static async (transaction, it) =>
    {
        if (await InstallationTable.LockMasterKeyAsync(transaction) == it.id)
        {
            throw new SettingsException($"master key: {it.id} is the active one: rotate to another first (master-key rotate)");
        }

        var known = await KnownMasterKeyTable.FindAsync(transaction, it.id)
            ?? throw new SettingsException($"master key: the installation knows no key with the id {it.id}: see master-key list");
        if (await KekTable.CountUnderAsync(transaction, it.id) is > 0 and var count)
        {
            throw new SettingsException($"master key: {count} KEK(s) are under {it.id}: run master-key rotate, and let it end");
        }

        if (known.RetiredAt is not null)
        {
            throw new SettingsException($"master key: {it.id} is retired already");
        }

        await KnownMasterKeyTable.RetireAsync(transaction, it.id);
        transaction.Audit.Append(MasterKeyRecord.Of(it.time, AuditActions.MasterKeyRetire, it.id));
        return known;
    });

    private async Task<(string Active, List<KnownMasterKey> Known, List<(string MasterKeyId, long Keks)> Counts)> ReadAsync() =>
        await database.ReadAsync(0, static async (session, _) =>
        {
            var installation = await InstallationTable.FindAsync(session)
                ?? throw new StorageUnavailableException("the installation's row is gone");
            var counts = new List<(string, long)>();
            foreach (var kek in await KekTable.ListOnePerMasterKeyAsync(session))
            {
                counts.Add((kek.MasterKeyId, await KekTable.CountUnderAsync(session, kek.MasterKeyId)));
            }

            return (installation.ActiveMasterKeyId, await KnownMasterKeyTable.ListAsync(session), counts);
        });
}
