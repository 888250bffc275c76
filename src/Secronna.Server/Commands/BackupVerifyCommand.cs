using System.CommandLine;
using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Features.Backup;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>
/// <c>backup verify</c>: opens every version in a backup's file or in a restored database. For a file, it opens a scratch copy.
/// </summary>
internal static class BackupVerifyCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="backupFile">
    /// The argument of <c>backup</c> itself, which must not be given together with <c>verify</c>.
    /// </param>
    public static Command Create(Argument<string?> backupFile)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "A file that the backup command wrote; it is not changed",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var connection = new Option<string?>("--connection")
        {
            Description = "A restored database instead of a file: Data Source=FILE (SQLite) or Host=… (PostgreSQL)",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object" };
        var command = new Command("verify", "Open every version of a backup, and check its keys, pointers and audit trail")
        {
            file, connection, json,
        };
        command.SetAction((parsed, _) => (parsed.GetValue(backupFile), parsed.GetValue(file), parsed.GetValue(connection)) switch
        {
            (null, { } name, null) => VerifyFileAsync(FileArgument.FullPath(name), parsed.GetValue(json)),
            (null, null, { } database) => VerifyConnectionAsync(database, parsed.GetValue(json)),
            _ => throw new UsageException("name either a FILE or a --connection, not both. See secronna-server backup verify --help"),
        });
        return command;
    }

    private static async Task<int> VerifyFileAsync(string file, bool json)
    {
        using var interruption = new Interruption();
        using var scratch = ScratchCopy.Create(file);
        try
        {
            return await VerifyAsync(scratch.Engine, scratch, json, interruption.Token);
        }
        catch (StorageSetupException exception)
        {
            throw new SettingsException(exception.Message.Replace(scratch.Path, file, StringComparison.Ordinal));
        }
    }

    private static async Task<int> VerifyConnectionAsync(string connection, bool json)
    {
        using var interruption = new Interruption();
        return await VerifyAsync(DatabaseEngines.FromConnectionString(connection, TimeProvider.System), null, json, interruption.Token);
    }

    private static async Task<int> VerifyAsync(DatabaseEngine engine, ScratchCopy? scratch, bool json, CancellationToken cancellation)
    {
        var place = scratch?.Original ?? engine.DisplayName;
        var settings = SettingsSource.Read();
        using var masterKeys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, TimeProvider.System);
        await new InstallationSetup(masterKeys, TimeProvider.System).RequireKeysAsync(engine, place);
        if (scratch is not null)
        {
            await scratch.MigrateAsync();
        }

        cancellation.ThrowIfCancellationRequested();
        var verifier = new InstallationVerifier(masterKeys, TimeProvider.System, new ProgressReport(TimeProvider.System).Report);
        await using var trail = await OpenTrailAsync(settings, scratch is null ? engine : null);
        var found = await OperatorRecord.BeforeAsync(trail, AuditActions.BackupVerify, place, async () =>
        {
            await using var snapshot = await engine.OpenSnapshotAsync();
            return await verifier.VerifyAsync(engine, snapshot, cancellation);
        });
        if (found.ProblemCount > 0)
        {
            await OperatorRecord.AppendAsync(trail, AuditActions.BackupVerify, place, AuditOutcomes.Failed);
        }

        return await PrintAsync(place, found, json);
    }

    /// <summary>
    /// Opens the database whose audit trail records the verification (S18). It is the configured installation's database. If no
    /// installation is configured, it is the verified database.
    /// </summary>
    private static async Task<Database> OpenTrailAsync(Settings settings, DatabaseEngine? verified)
    {
        var configured = OpenInstallation.FindEngine(settings, TimeProvider.System);
        var engine = configured is not null && await InstallationTable.ExistsAsync(configured)
            ? configured
            : verified ?? throw new SettingsException(
                "opening values must be recorded in an installation's audit trail, and none is configured: set Secronna__DataFolder or "
                + "Secronna__Storage__ConnectionString, or restore the backup and verify the restored database with --connection");
        return await engine.OpenAsync(FailFast.OnFsyncFailure);
    }

    private static async Task<int> PrintAsync(string place, Verification found, bool json)
    {
        Console.WriteLine(json
            ? JsonSerializer.Serialize(new VerificationLine(place, found), CommandJson.Default.VerificationLine)
            : $"{place}: {found}");
        if (found.ProblemCount == 0)
        {
            return 0;
        }

        await Console.Error.WriteLineAsync(ProblemsOf(place, found));
        return 1;
    }

    /// <summary>The list of problems, for standard error.</summary>
    private static string ProblemsOf(string place, Verification found) =>
        string.Join('\n', found.Problems.Prepend($"Error: {found.ProblemCount:N0} problem(s) in {place}:")
            .Concat(found.ProblemCount > found.Problems.Count ? [$"and {found.ProblemCount - found.Problems.Count:N0} more"] : []));
}
