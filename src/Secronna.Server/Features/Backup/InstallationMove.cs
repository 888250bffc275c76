using Secronna.Protocol;
using Secronna.Server.Features.Epochs;
using Secronna.Server.Features.Migrations;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// Copies an installation to another, empty database. Afterwards the target holds either the whole, verified installation or
/// nothing. So a failed copy can be repeated.
/// </summary>
internal sealed class InstallationMove(MasterKeyRing masterKeys, TimeProvider time, Action<string> progress)
{
    /// <summary>Checks both databases before anything is written to either.</summary>
    /// <exception cref="SettingsException">
    /// Source and target are the same database, a master key is missing, or a server runs on the source.
    /// </exception>
    /// <exception cref="StorageSetupException">A database can't be used, or the target is not empty.</exception>
    public async Task CheckAsync(DatabaseEngine source, DatabaseEngine target, CancellationToken cancellation)
    {
        if (source.GetType() == target.GetType() && source.DisplayName == target.DisplayName)
        {
            throw new SettingsException($"the target is the source, {source.DisplayName}: name another database");
        }

        await new InstallationSetup(masterKeys, time).RequireKeysAsync(source, source.DisplayName);
        await StorageCopy.RequireEmptyAsync(target);
        await new RunningServers(time, progress).RequireNoneAsync(source, cancellation);
    }

    /// <summary>Migrates the target, copies, and verifies the copy before it becomes visible.</summary>
    /// <exception cref="SettingsException">The copy has problems, or the source was written to meanwhile.</exception>
    /// <exception cref="StorageSetupException">The target is not empty, or is in use.</exception>
    public async Task<(IReadOnlyList<TableRows> Tables, Verification Found)> RunAsync(
        DatabaseEngine source, DatabaseEngine target, CancellationToken cancellation)
    {
        await using var database = await source.OpenAsync(FailFast.OnFsyncFailure);
        await MigrationService.ApplyAsync(target, progress);
        await using var copy = await StorageCopy.BeginAsync(target);
        return await OperatorRecord.BeforeAsync(
            database, AuditActions.StorageCopy, target.DisplayName, () => CopyAsync(database, target, copy, cancellation));
    }

    private async Task<(IReadOnlyList<TableRows> Tables, Verification Found)> CopyAsync(
        Database database, DatabaseEngine target, StorageCopy copy, CancellationToken cancellation)
    {
        var (before, tables) = await FillAsync(database.Engine, copy, cancellation);
        await EpochService.BeginAsync(copy, "copied to another database", time);
        var found = await new InstallationVerifier(masterKeys, time, progress).VerifyAsync(target, copy.Session, cancellation);
        RequireSound(target, found);
        await RequireUnusedSinceAsync(database, before);
        cancellation.ThrowIfCancellationRequested();
        await copy.CommitAsync();
        return (tables, found);
    }

    private async Task<(InstallationPulse Before, IReadOnlyList<TableRows> Tables)> FillAsync(
        DatabaseEngine source, StorageCopy copy, CancellationToken cancellation)
    {
        await using var snapshot = await source.OpenSnapshotAsync();
        var before = await InstallationPulse.ReadAsync(snapshot);
        return (before, await copy.FillAsync(
            snapshot, rows => progress($"{rows.Rows:N0} rows of {rows.Table} copied"), cancellation));
    }

    private static void RequireSound(DatabaseEngine target, Verification found)
    {
        if (found.ProblemCount > 0)
        {
            throw new SettingsException(
                $"the copy was undone and {target.DisplayName} is empty, because the copy had {found.ProblemCount:N0} problem(s), "
                + "which the source probably has too:\n"
                + string.Join('\n', found.Problems));
        }
    }

    // Writes to the source after the snapshot are missing from the copy, so the copy must then fail.
    private static async Task RequireUnusedSinceAsync(Database source, InstallationPulse before)
    {
        var now = await source.ReadAsync(InstallationPulse.ReadAsync);
        if (now.ProbedAt != before.ProbedAt || now.Changes != before.Changes)
        {
            throw new SettingsException(
                "the copy was undone, because the source was written to while it was copied: stop all servers and commands, and copy again");
        }
    }
}
