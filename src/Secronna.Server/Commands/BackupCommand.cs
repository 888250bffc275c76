using System.CommandLine;
using Secronna.Protocol;
using Secronna.Server.Features.Backup;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>backup FILE</c>: copies a SQLite database while servers run. It needs no master key.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        // The argument is optional, because the subcommand verify has an argument of its own.
        var file = new Argument<string?>("FILE")
        {
            Description = "The file to write; it must not exist yet",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("backup", "Copy the SQLite database to a file, even while servers run")
        {
            file, BackupVerifyCommand.Create(file),
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(file) ?? throw new UsageException("name the FILE to write. See secronna-server backup --help")));
        return command;
    }

    private static async Task<int> RunAsync(string name)
    {
        var file = FileArgument.FullPath(name);
        var engine = OpenInstallation.RequireEngine(SettingsSource.Read(), TimeProvider.System);
        await RequireReadyAsync(engine, file);
        using var interruption = new Interruption();
        var progress = new ProgressReport(TimeProvider.System);
        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
        await OperatorRecord.BeforeAsync(database, AuditActions.BackupCreate, file, async () =>
        {
            await engine.BackUpAsync(file, (done, all) => progress.Report($"{done:N0} of {all:N0} pages copied"), interruption.Token);
            return true;
        });
        Console.WriteLine(
            $"{engine.DisplayName} was copied to {file} ({new FileInfo(file).Length:N0} bytes)\n"
            + "keep the master keys apart from it; secronna-server backup verify checks whether it can be restored");
        return 0;
    }

    private static async Task RequireReadyAsync(DatabaseEngine engine, string file)
    {
        if (engine.FilePath is null)
        {
            throw new SettingsException(
                "this command copies SQLite databases only. "
                + "Back up PostgreSQL with pg_dump or base backups, as docs/backup-and-restore.md says; "
                + "secronna-server backup verify --connection then verifies a database that was restored");
        }

        if (Path.Exists(file))
        {
            throw new SettingsException($"{file} exists, and a backup never overwrites a file: name another");
        }

        if (!await InstallationTable.ExistsAsync(engine))
        {
            throw new SettingsException($"there is nothing to copy: {engine.DisplayName} holds no installation that this user may read");
        }
    }
}
