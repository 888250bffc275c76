using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>Finds out whether a server runs on a database.</summary>
/// <param name="time">The clock.</param>
/// <param name="progress">Receives descriptions of the progress.</param>
internal sealed class RunningServers(TimeProvider time, Action<string> progress)
{
    // A running server writes a sign of life every 3 seconds. It gives up each attempt to write it after 10 seconds.
    private static readonly TimeSpan SignOfLifeTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Requires that no server runs on the database. Where the last sign of life is fresh, it waits for the next one.</summary>
    /// <exception cref="SettingsException">A server runs.</exception>
    public async Task RequireNoneAsync(DatabaseEngine engine, CancellationToken cancellation)
    {
        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
        var first = await PulseAsync(database);
        var began = time.GetTimestamp();
        var age = TimeSpan.FromMicroseconds(first.Now - first.ProbedAt);
        while (age + time.GetElapsedTime(began) < SignOfLifeTimeout && time.GetElapsedTime(began) < SignOfLifeTimeout)
        {
            progress($"waiting to see whether a server runs on {engine.DisplayName}");
            await Task.Delay(PollInterval, time, cancellation);
            if ((await PulseAsync(database)).ProbedAt != first.ProbedAt)
            {
                throw new SettingsException($"a server runs on {engine.DisplayName}: stop all servers, so that nothing is written to it meanwhile");
            }
        }
    }

    /// <summary>
    /// Requires that no server runs on a SQLite database, without opening the database: that would play the log into it, which may be
    /// another database's. A running server writes its signs of life to the log.
    /// </summary>
    /// <exception cref="SettingsException">A server runs.</exception>
    public async Task RequireNoneAsync(FileInfo log, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetUtcNow().UtcDateTime - log.LastWriteTimeUtc < SignOfLifeTimeout && time.GetElapsedTime(began) < SignOfLifeTimeout)
        {
            progress($"waiting to see whether a server writes to {log.FullName}");
            await Task.Delay(PollInterval, time, cancellation);
            RequireUnchanged(log);
        }
    }

    /// <summary>Requires that the log is as it was when the object was made.</summary>
    /// <exception cref="SettingsException">It has changed.</exception>
    public static void RequireUnchanged(FileInfo log)
    {
        var now = new FileInfo(log.FullName);
        if (!now.Exists || (now.Length, now.LastWriteTimeUtc) != (log.Length, log.LastWriteTimeUtc))
        {
            throw new SettingsException($"a server writes to {log.FullName}: stop all servers, so that nothing is written to it meanwhile");
        }
    }

    private static ValueTask<InstallationPulse> PulseAsync(Database database) => database.ReadAsync(InstallationPulse.ReadAsync);
}
