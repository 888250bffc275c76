using System.CommandLine;
using Secronna.Server.Features.Backup;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary><c>restored</c>: must follow whenever a database was put in place that may lack commits.</summary>
internal static class RestoredCommand
{
    private const string Advice = "Name the old database or an export of its trails with --from, or choose";

    public static Command Create()
    {
        var from = new Option<string?>("--from")
        {
            Description = "The database that was there before (its file or connection string), or a file of secronna-server audit",
        };
        var withLog = new Option<bool>("--with-wal") { Description = "Take in the log that lies beside the SQLite database, after verifying both" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var command = new Command("restored", "Go on with a database that was restored, or that lost commits in a failover") { from, withLog, json };
        var options = new SinceOption(command);
        command.SetAction((parsed, _) => RunAsync(
            options.Read(parsed, parsed.GetValue(from)), parsed.GetValue(withLog), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(RestorationChoice choice, bool withLog, bool json)
    {
        var settings = SettingsSource.Read();
        var engine = OpenInstallation.RequireEngine(settings, TimeProvider.System);
        using var interruption = new Interruption();
        if (FindLog(engine) is not { } log)
        {
            await RunInPlaceAsync(settings, engine, choice, json, interruption.Token);
            return 0;
        }

        if (!withLog)
        {
            throw new SettingsException(
                $"{log.FullName} lies beside the database. It may be the log of another database, or hold acknowledged writes of this one. "
                + "A backup has none: restore one with secronna-server restore. If the log belongs to this database, say --with-wal");
        }

        await RunWithLogAsync(settings, engine.FilePath!, log, choice, json, interruption.Token);
        return 0;
    }

    private static async Task RunInPlaceAsync(
        Settings settings, DatabaseEngine engine, RestorationChoice choice, bool json, CancellationToken cancellation)
    {
        var folder = StateFolder.Require(settings, engine);
        await using var installation = await SettingsSource.OpenAsync(settings);
        await new RunningServers(TimeProvider.System, new ProgressReport(TimeProvider.System).Report).RequireNoneAsync(engine, cancellation);
        var restoration = await Restoration.BeginAsync(installation, settings, folder);
        var later = await ReadLaterAsync(choice, installation.Database);
        await restoration.RequireChoiceAsync(later, choice, Advice);
        folder.BeginRestoring();
        var result = await restoration.RunAsync(engine.DisplayName, later, choice);
        folder.EndRestoring();
        RestorationResult.Print(engine.DisplayName, null, result, json);
    }

    // A log of another database would damage the one that it is played into. So the pair is opened as a copy.
    private static async Task RunWithLogAsync(
        Settings settings, string database, FileInfo log, RestorationChoice choice, bool json, CancellationToken cancellation)
    {
        var progress = new ProgressReport(TimeProvider.System);
        await new RunningServers(TimeProvider.System, progress.Report).RequireNoneAsync(log, cancellation);
        using var swap = DatabaseSwap.BeginWithLog(database);
        var copy = new RestoredCopy(settings, swap.Copy, database, choice, progress);
        var result = await copy.PrepareAsync(
            restored => ReadLaterAsync(choice, restored), Advice, "the database and its log don't belong together", cancellation);
        RunningServers.RequireUnchanged(log);
        cancellation.ThrowIfCancellationRequested();
        RestorationResult.Print(database, swap.Finish(TimeProvider.System.GetUtcNow()), result, json);
    }

    private static async Task<LaterTrail?> ReadLaterAsync(RestorationChoice choice, Database restored) =>
        choice.From is { } from ? await LaterTrail.ReadAsync(from, restored) : null;

    private static FileInfo? FindLog(DatabaseEngine engine) =>
        engine.FilePath is { } file && new FileInfo(file + "-wal") is { Exists: true, Length: > 0 } log ? log : null;
}
