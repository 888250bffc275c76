using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.Server.Installation;

/// <summary>An installation whose master keys were checked and whose database is open.</summary>
internal sealed class OpenInstallation : IAsyncDisposable
{
    private OpenInstallation(
        InstallationSettings settings, TimeProvider time, MasterKeyRing masterKeys, InstallationSetup setup, Database database,
        InstallationKeys keys, BelievedClock clock)
    {
        Configuration = settings;
        Time = time;
        MasterKeys = masterKeys;
        Setup = setup;
        Database = database;
        Keys = keys;
        Clock = clock;
    }

    public InstallationSettings Configuration { get; }

    public TimeProvider Time { get; }

    public MasterKeyRing MasterKeys { get; }

    public InstallationSetup Setup { get; }

    public Database Database { get; }

    public InstallationKeys Keys { get; }

    /// <summary>The clock that gives instants. It believes every reading until a server begins to judge it.</summary>
    public BelievedClock Clock { get; }

    /// <summary>
    /// Checks that the master keys are those of the database, migrates the database on request, and opens it (S11).
    /// </summary>
    /// <param name="settings">The settings of the database and the master keys.</param>
    /// <param name="migration">
    /// The step in code of the migrations, which are applied as far as the database lacks them; <c>null</c> to apply none.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="onFsyncFailure">
    /// Called with the reason when the disk did not confirm a write; must end the process (S30).
    /// </param>
    /// <exception cref="SettingsException">A setting or a master key is wrong or missing.</exception>
    /// <exception cref="StorageSetupException">The database can't be used.</exception>
    public static async Task<OpenInstallation> OpenAsync(
        InstallationSettings settings, MigrationStep? migration, TimeProvider time, Action<string> onFsyncFailure)
    {
        var engine = RequireEngine(settings, time);
        var masterKeys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, time);
        return await OpenAsync(settings, engine, masterKeys, migration, time, onFsyncFailure);
    }

    /// <summary>
    /// Opens an installation with master keys that are open already. They are closed with the installation, or at once if opening
    /// fails.
    /// </summary>
    /// <inheritdoc cref="OpenAsync(InstallationSettings, MigrationStep, TimeProvider, Action{string})"/>
    public static async Task<OpenInstallation> OpenAsync(
        InstallationSettings settings, DatabaseEngine engine, MasterKeyRing masterKeys, MigrationStep? migration, TimeProvider time,
        Action<string> onFsyncFailure)
    {
        Database? database = null;
        try
        {
            var setup = new InstallationSetup(masterKeys, time);
            await setup.CheckAsync(engine);
            if (migration is not null)
            {
                await Migrator.ApplyAsync(engine, migration);
            }

            var clock = new BelievedClock(time, engine.FilePath is null ? "the database's clock" : "the server's clock");
            database = await engine.OpenAsync(onFsyncFailure, clock);
            var keys = await setup.OpenKeysAsync(database);
            await clock.LookAsync(database);
            return new OpenInstallation(settings, time, masterKeys, setup, database, keys, clock);
        }
        catch
        {
            if (database is not null)
            {
                await database.DisposeAsync();
            }

            masterKeys.Dispose();
            throw;
        }
    }

    /// <summary>The database that the settings name.</summary>
    /// <exception cref="SettingsException">The settings name no database; the message says what to set.</exception>
    /// <exception cref="StorageSetupException">The connection string is not valid.</exception>
    public static DatabaseEngine RequireEngine(InstallationSettings settings, TimeProvider time) =>
        FindEngine(settings, time) ?? throw new SettingsException(settings.Storage.Provider == "PostgreSql"
            ? "there is no database: set Secronna__Storage__ConnectionString (Host=…;Database=…;Username=…)"
            : "there is no database: set Secronna__DataFolder, or Secronna__Storage__ConnectionString");

    /// <summary>The database that the settings name; <c>null</c> if they name none.</summary>
    /// <exception cref="StorageSetupException">The connection string is not valid.</exception>
    public static DatabaseEngine? FindEngine(InstallationSettings settings, TimeProvider time) => settings.ConnectionString switch
    {
        null => null,
        var connectionString when settings.Storage.Provider == "PostgreSql" => DatabaseEngines.Postgres(connectionString),
        var connectionString => DatabaseEngines.Sqlite(connectionString, time),
    };

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Keys.Dispose();
        MasterKeys.Dispose();
    }
}
