using System.CommandLine;
using Secronna.Protocol;
using Secronna.Server.Features.Backup;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary><c>backup FILE</c>: an online copy of a SQLite database. Needs no master key.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        // Verifying has one of its own.
        var file = new Argument<string?>("FILE") { Description = "The file to make; there must be none", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("backup", "Copy the database to a file, also while servers run (SQLite)")
        {
            file, BackupVerifyCommand.Create(file),
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(file) ?? throw new UsageException("name the FILE to make. See secronna-server backup --help")));
        return command;
    }

    private static async Task<int> RunAsync(string name)
    {
        var file = Path.GetFullPath(name);
        var engine = OpenInstallation.RequireEngine(SettingsSource.Read(), TimeProvider.System);
        await RequireReadyAsync(engine, file);
        using var interruption = new Interruption();
        var progress = new ProgressReport(TimeProvider.System);
        await using var database = await engine.OpenAsync(FailFast.OnFsyncFailure);
        await OperatorRecord.BeforeAsync(database, AuditActions.BackupCreate, file, async () =>
        {
            await engine.BackUpAsync(file, (done, all) => progress.Say($"{done:N0} of {all:N0} pages copied"), interruption.Token);
            return true;
        });
        Console.WriteLine($"{engine.DisplayName} was copied to {file} ({new FileInfo(file).Length:N0} bytes)\nkeep the master keys apart from it; secronna-server backup verify tells whether it can be restored");
        return 0;
    }

    private static async Task RequireReadyAsync(DatabaseEngine engine, string file)
    {
        if (engine.FilePath is null)
        {
            throw new SettingsException(
                "PostgreSQL makes its own backups: use pg_dump, or a base backup with its log, as docs/backup-and-restore.md says; "
                + "backup verify --connection then verifies what was restored from one");
        }

        if (Path.Exists(file))
        {
            throw new SettingsException($"there is something at {file}: a copy is never written over");
        }

        if (!await InstallationTable.ExistsAsync(engine))
        {
            throw new SettingsException($"there is no installation in {engine.DisplayName} that this user may read: nothing to copy");
        }
    }
}
