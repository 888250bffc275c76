using Secronna.Server.Features.Backup;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>The database that a restore replaces: the one in place, or the one that an interrupted restore has moved aside.</summary>
/// <param name="file">Its file; <c>null</c> if there is none that can be read.</param>
/// <param name="engine">The engine of the database in place; <c>null</c> if the file does not lie there.</param>
/// <param name="pulse">What it held when it was found; <c>null</c> if the file does not lie in place.</param>
internal sealed class OldDatabase(string? file, DatabaseEngine? engine, InstallationPulse? pulse)
{
    /// <summary>Finds the database, and requires that no server runs on it.</summary>
    /// <exception cref="SettingsException">A server runs on it.</exception>
    public static async Task<OldDatabase> FindAsync(
        DatabaseEngine engine, string database, ProgressReport progress, CancellationToken cancellation)
    {
        if (!File.Exists(database))
        {
            return new OldDatabase(AsideDatabase.FindLast(database), null, null);
        }

        try
        {
            await new RunningServers(TimeProvider.System, progress.Report).RequireNoneAsync(engine, cancellation);
            return new OldDatabase(database, engine, await PulseAsync(engine));
        }
        catch (Exception exception) when (DatabaseFailure.IsUnreadable(exception))
        {
            return await UnreadableAsync(exception);
        }
    }

    /// <summary>Reads what happened in it after a backup; <c>null</c> if it can't be read.</summary>
    /// <param name="restored">The backup.</param>
    public async Task<LaterTrail?> ReadAsync(Database restored)
    {
        try
        {
            return file is null ? null : await LaterTrail.ReadAsync(file, restored);
        }
        catch (Exception exception) when (DatabaseFailure.IsUnreadable(exception))
        {
            await UnreadableAsync(exception);
            return null;
        }
    }

    /// <summary>Requires that nothing was written to the database since it was found: nothing would do that again.</summary>
    /// <exception cref="SettingsException">Something was written.</exception>
    public async Task RequireUnusedAsync()
    {
        if (engine is null || pulse is null)
        {
            return;
        }

        var now = await PulseAsync(engine);
        if (now.ProbedAt != pulse.ProbedAt || now.Changes != pulse.Changes)
        {
            throw new SettingsException(
                $"nothing was restored, because {file} was written to meanwhile: stop all servers and commands, and restore again");
        }
    }

    private static async Task<OldDatabase> UnreadableAsync(Exception exception)
    {
        await Console.Error.WriteLineAsync($"Warning: the database that was there before can't be read: {exception.Message}");
        return new OldDatabase(null, null, null);
    }

    private static async Task<InstallationPulse> PulseAsync(DatabaseEngine engine)
    {
        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
        return await database.ReadAsync(InstallationPulse.ReadAsync);
    }
}
