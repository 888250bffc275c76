using System.Collections.Concurrent;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Health;

/// <summary>
/// Checks whether the master keys that the installation needs can be used (S11), and which announced keys can be used. It asks
/// the providers once per refresh interval. While a needed key can't be used, it asks them at every check.
/// </summary>
internal sealed class MasterKeyWatch(
    Database database, MasterKeyRing masterKeys, InstallationSetup setup, TimeProvider time, ILogger<MasterKeyWatch> log)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, bool> usable = new(StringComparer.Ordinal);
    private long? checkedAt;
    private Task<Exception?>? running;

    /// <summary>The ids of the usable keys. A usable key worked when it was last tried, and a provider still holds it.</summary>
    public IEnumerable<string> UsableIds => usable.Where(key => key.Value && masterKeys.Holds(key.Key)).Select(key => key.Key);

    /// <summary>
    /// Checks the keys, if a check is due. A check that takes too long continues in the background, and counts as a problem until
    /// it ends.
    /// </summary>
    /// <returns>The problem with a key that the installation needs; <c>null</c> when there is no problem.</returns>
    public async Task<Exception?> CheckAsync()
    {
        running = running is { IsCompleted: false } ? running : CheckIfDueAsync();
        try
        {
            return await running.WaitAsync(Timeout, time);
        }
        catch (TimeoutException)
        {
            return new TimeoutException("master key: the provider does not answer in time");
        }
    }

    private async Task<Exception?> CheckIfDueAsync()
    {
        if (checkedAt is { } at && time.GetElapsedTime(at) < masterKeys.RefreshInterval && !await HasNewKeyAsync())
        {
            return null;
        }

        var problem = await FindProblemAsync();
        checkedAt = problem is null ? time.GetTimestamp() : null;
        await TryAllAsync();
        return problem;
    }

    private async Task<Exception?> FindProblemAsync()
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

    private async Task<bool> HasNewKeyAsync() => (await ListKnownAsync()).Exists(key => !usable.ContainsKey(key.Id));

    private async Task TryAllAsync()
    {
        foreach (var key in await ListKnownAsync())
        {
            var hasWorked = usable.TryGetValue(key.Id, out var last) && last;
            if (!hasWorked || !masterKeys.Holds(key.Id))
            {
                // A failure is logged once. It is logged again only if the key has worked in between. The failure of a key that
                // wraps nothing is not logged.
                usable[key.Id] = await TryAsync(key, logsFailure: key.UnusedSince is null && (hasWorked || !usable.ContainsKey(key.Id)));
            }
        }
    }

    private async Task<bool> TryAsync(KnownMasterKey key, bool logsFailure)
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
            if (logsFailure)
            {
                HealthLog.MasterKeyNotUsable(log, key.Id, exception.Message);
            }

            return false;
        }
    }

    private async Task<List<KnownMasterKey>> ListKnownAsync() =>
        (await database.ReadAsync(KnownMasterKeyTable.ListAsync)).FindAll(key => key.RetiredAt is null);
}
