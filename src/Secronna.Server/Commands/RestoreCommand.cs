using System.CommandLine;
using Secronna.Server.Features.Backup;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Commands;

/// <summary><c>restore FILE</c>: puts a backup in the place of the SQLite database.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A file that secronna-server backup wrote; it is not changed" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var command = new Command("restore", "Put a backup in the place of the SQLite database; stop all servers first") { file, json };
        var options = new SinceOption(command);
        command.SetAction((parsed, _) => RunAsync(
            FileArgument.FullPath(parsed.GetRequiredValue(file)), options.Read(parsed), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(string file, RestorationChoice choice, bool json)
    {
        var settings = SettingsSource.Read();
        var engine = OpenInstallation.RequireEngine(settings, TimeProvider.System);
        var database = engine.FilePath ?? throw new SettingsException(
            "this command restores SQLite databases only. Restore PostgreSQL with its own programs, then run secronna-server restored (docs/backup-and-restore.md)");
        using var interruption = new Interruption();
        var progress = new ProgressReport(TimeProvider.System);
        var old = await OldDatabase.FindAsync(engine, database, progress, interruption.Token);
        using var swap = DatabaseSwap.Begin(file, database);
        var copy = new RestoredCopy(settings, swap.Copy, file, choice, progress);
        var result = await copy.PrepareAsync(old.ReadAsync, "Choose", $"{file} was not restored", interruption.Token);
        await old.RequireUnusedAsync();
        interruption.Token.ThrowIfCancellationRequested();
        RestorationResult.Print(database, swap.Finish(TimeProvider.System.GetUtcNow()), result, json);
        return 0;
    }
}
