using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Features.Backup;
using Secronna.Server.Features.Epochs;
using Secronna.Server.Features.Workspaces;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Commands;

/// <summary>
/// Makes a restored database fit to be served: begins a new epoch of each trail (S33), and does again what was taken away since the
/// backup (S22). Nobody else may use the database meanwhile.
/// </summary>
internal sealed class Restoration
{
    private readonly OpenInstallation installation;
    private readonly Settings settings;
    private readonly LogIdentity identity;
    private readonly IReadOnlyList<Checkpoint> known;

    private Restoration(OpenInstallation installation, Settings settings, LogIdentity identity, IReadOnlyList<Checkpoint> known) =>
        (this.installation, this.settings, this.identity, this.known) = (installation, settings, identity, known);

    private Database Database => installation.Database;

    /// <summary>Begins with what the node remembers of the installation.</summary>
    /// <param name="installation">The restored installation.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="folder">The node's memory.</param>
    /// <exception cref="SettingsException">The memory is damaged, or can't be read.</exception>
    public static async Task<Restoration> BeginAsync(OpenInstallation installation, Settings settings, StateFolder folder)
    {
        var identity = await installation.Database.ReadAsync(LogIdentity.FindAsync)
            ?? await installation.Database.WriteAsync(
                transaction => LogIdentity.CreateAsync(transaction, installation.Keys, installation.Time));
        return new Restoration(installation, settings, identity, folder.ReadCheckpoints(identity.InstallationId));
    }

    /// <summary>Requires a choice of the operator where nothing says all that happened after the backup.</summary>
    /// <param name="later">What says what happened; <c>null</c> if nothing does.</param>
    /// <param name="choice">What the operator chose.</param>
    /// <param name="advice">What the operator can do.</param>
    /// <exception cref="SettingsException">The operator has not chosen.</exception>
    public async Task RequireChoiceAsync(LaterTrail? later, RestorationChoice choice, string advice)
    {
        if (choice.Since is not null || (later is not null && await later.IsCompleteAsync(known, Database)))
        {
            return;
        }

        var keys = new List<string>();
        await foreach (var workspace in WorkspaceService.ListAsync(Database))
        {
            await foreach (var key in ValidKeys.ListAsync(Database, workspace.Id))
            {
                keys.Add($"  {workspace.Id}  {key.Id}  {key.Name}");
            }
        }

        throw new SettingsException(
            (later is null
                ? "nothing says what was revoked or deleted after the backup was made"
                : "what says what happened after the backup was made lacks entries that are known to have been there")
            + $". These credentials work again once it is served:\n{string.Join('\n', keys)}\n"
            + $"{advice} --since accept (they work) or --since suspend (they are all revoked)");
    }

    /// <summary>Begins the epochs, records the restoring, and does later changes again.</summary>
    /// <param name="name">What was restored, for the record.</param>
    /// <param name="later">What says what happened after the backup; <c>null</c> if nothing does.</param>
    /// <param name="choice">What the operator chose.</param>
    /// <exception cref="SettingsException">A trail is damaged.</exception>
    public async Task<(IReadOnlyList<EpochStart> Starts, ChangesAgain Again)> RunAsync(
        string name, LaterTrail? later, RestorationChoice choice)
    {
        var starts = await BeginEpochsAsync(later, choice.Reason);
        await OperatorRecord.AppendAsync(Database, AuditActions.BackupRestore, name);
        await using var services = SettingsSource.Services(installation, settings);
        var again = new ChangesAgain(Database, services, installation.Time);
        foreach (var (workspaceId, changes) in later?.Changes ?? new Dictionary<string, LaterChanges>())
        {
            await again.RunAsync(workspaceId, changes);
        }

        if (choice.Since == RestorationChoice.Suspend)
        {
            await again.RevokeAllAsync();
        }

        return (starts, again);
    }

    /// <summary>Opens every value. The record of the restoring must be durable before (S18).</summary>
    /// <exception cref="SettingsException">The database has problems, which the message lists after <paramref name="failure"/>.</exception>
    public async Task RequireSoundAsync(string failure, ProgressReport progress, CancellationToken cancellation)
    {
        await using var snapshot = await Database.Engine.OpenSnapshotAsync();
        var found = await new InstallationVerifier(installation.MasterKeys, installation.Time, progress.Report)
            .VerifyAsync(Database.Engine, snapshot, cancellation);
        if (found.ProblemCount > 0)
        {
            throw new SettingsException($"{failure}: {found.ProblemCount:N0} problem(s)\n{string.Join('\n', found.Problems)}");
        }
    }

    private async Task<IReadOnlyList<EpochStart>> BeginEpochsAsync(LaterTrail? later, string? reason)
    {
        var all = known.Concat(later?.Checkpoints ?? []).Where(checkpoint => checkpoint.Origin.Installation == identity.InstallationId);
        return await EpochService.BeginAsync(Database, [.. all], reason ?? "restored from a backup", installation.Time);
    }
}
