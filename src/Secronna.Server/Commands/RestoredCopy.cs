using Secronna.Server.Features.Epochs;
using Secronna.Server.Hosting;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>The copy of a SQLite database that is made fit to be served, and then put in the place of the database.</summary>
/// <param name="settings">The settings.</param>
/// <param name="copy">The copy's file.</param>
/// <param name="original">The file that was copied.</param>
/// <param name="choice">What the operator chose.</param>
/// <param name="progress">Receives descriptions of the progress.</param>
internal sealed class RestoredCopy(Settings settings, string copy, string original, RestorationChoice choice, ProgressReport progress)
{
    /// <summary>Migrates the copy where it is of an older version, does what a restored database needs, and verifies all of it.</summary>
    /// <param name="readLater">Reads what happened after the copy's state.</param>
    /// <param name="advice">What the operator can do where nothing says it.</param>
    /// <param name="failure">The beginning of the message where the copy has problems.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="SettingsException">The copy can't be used.</exception>
    public async Task<(IReadOnlyList<EpochStart> Starts, ChangesAgain Again)> PrepareAsync(
        Func<Database, Task<LaterTrail?>> readLater, string advice, string failure, CancellationToken cancellation)
    {
        // Closing the installation takes the copy's log in.
        await using var installation = await OpenAsync();
        var restoration = await Restoration.BeginAsync(
            installation, settings, StateFolder.Require(settings, OpenInstallation.RequireEngine(settings, TimeProvider.System)));
        var later = await readLater(installation.Database);
        await restoration.RequireChoiceAsync(later, choice, advice);
        var result = await restoration.RunAsync(original, later, choice);
        await restoration.RequireSoundAsync(failure, progress, cancellation);
        return result;
    }

    private async Task<OpenInstallation> OpenAsync()
    {
        var engine = DatabaseEngines.Sqlite(DatabaseEngines.SqliteConnectionString(copy), TimeProvider.System);
        if (!await InstallationTable.ExistsAsync(engine))
        {
            throw new SettingsException($"there is no installation in {original}");
        }

        return await OpenInstallation.OpenAsync(
            settings, engine, await MasterKeyProviders.OpenRingAsync(settings.MasterKey, TimeProvider.System),
            ProgressReport.MigrationStep(), TimeProvider.System, FailFast.OnFsyncFailure);
    }
}
