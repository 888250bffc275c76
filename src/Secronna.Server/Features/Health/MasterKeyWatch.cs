using System.Collections.Concurrent;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Health;

/// <summary>
/// Keeps looking whether the master keys that are needed can be used (S11), and which of those that the installation was
/// told of: as often as asking their providers is worth it, and each time while one can't.
/// </summary>
internal sealed class MasterKeyWatch(
    Database database, MasterKeyRing masterKeys, InstallationSetup setup, TimeProvider time, ILogger<MasterKeyWatch> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, bool> usable = new(StringComparer.Ordinal);
    private long? checkedAt;
    private Task<Exception?>? look;

    /// <summary>The ids of the keys that worked when they were last tried.</summary>
    public IEnumerable<string> UsableIds => usable.Where(key => key.Value && masterKeys.Holds(key.Key)).Select(key => key.Key);

    /// <summary>Looks, if it is time to. What takes too long goes on, and counts as a problem meanwhile.</summary>
    /// <returns>What is wrong with the keys that are needed; null when nothing is.</returns>
    public async Task<Exception?> LookAsync()
    {
        look = look is { IsCompleted: false } ? look : LookOnceAsync();
        try
        {
            return await look.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            return new TimeoutException("master key: its provider does not answer in time");
        }
    }

    private async Task<Exception?> LookOnceAsync()
    {
        if (checkedAt is { } at && time.GetElapsedTime(at) < masterKeys.RefreshInterval && !await IsAnyNewAsync())
        {
            return null;
        }

        var problem = await CheckAsync();
        checkedAt = problem is null ? time.GetTimestamp() : null;
        await TryAllAsync();
        return problem;
    }

    private async Task<Exception?> CheckAsync()
    {
        try
        {
            await masterKeys.RefreshAsync();
            await setup.CheckAsync(database);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private async Task<bool> IsAnyNewAsync() => (await KnownAsync()).Exists(key => !usable.ContainsKey(key.Id));

    private async Task TryAllAsync()
    {
        foreach (var key in await KnownAsync())
        {
            var worked = usable.TryGetValue(key.Id, out var was) && was;
            if (!worked || !masterKeys.Holds(key.Id))
            {
                // Said once, and again after it had worked; not of a key that nothing is under.
                usable[key.Id] = await TryAsync(key, isWorthALine: key.UnusedSince is null && (worked || !usable.ContainsKey(key.Id)));
            }
        }
    }

    private async Task<bool> TryAsync(KnownMasterKey key, bool isWorthALine)
    {
        try
        {
            if (key.CheckBox is { } box)
            {
                await masterKeys.CheckAsync(key.Id, box);
            }
            else
            {
                await masterKeys.NewCheckBoxAsync(key.Id);
            }

            return true;
        }
        catch (MasterKeyException exception)
        {
            if (isWorthALine)
            {
                HealthLog.MasterKeyNotUsable(log, key.Id, exception.Message);
            }

            return false;
        }
    }

    private async Task<List<KnownMasterKey>> KnownAsync() =>
        (await database.ReadAsync(session => KnownMasterKeyTable.ListAsync(session))).FindAll(key => key.RetiredAt is null);
}
