using Secronna.Server.Hosting.Configuration;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Opening;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.Server.Installation;

/// <summary>An installation with its master keys checked and its database open.</summary>
internal sealed class OpenInstallation : IAsyncDisposable
{
    private OpenInstallation(
        InstallationSettings settings, TimeProvider time, MasterKeyRing masterKeys, InstallationSetup setup, Database database, InstallationKeys keys)
    {
        Settings = settings;
        Time = time;
        MasterKeys = masterKeys;
        Setup = setup;
        Database = database;
        Keys = keys;
    }

    public InstallationSettings Settings { get; }

    public TimeProvider Time { get; }

    public MasterKeyRing MasterKeys { get; }

    public InstallationSetup Setup { get; }

    public Database Database { get; }

    public InstallationKeys Keys { get; }

    /// <summary>
    /// Checks the master keys against what the database holds, migrates where that is wished, and opens (S11).
    /// </summary>
    /// <exception cref="SettingsException">A setting or a master key is wrong or missing.</exception>
    /// <exception cref="StorageSetupException">The database can't be used.</exception>
    public static async Task<OpenInstallation> OpenAsync(
        InstallationSettings settings, bool migrate, TimeProvider time, Action<string> onFsyncFailure)
    {
        var engine = RequireEngine(settings, time);
        var masterKeys = await MasterKeyProviders.OpenRingAsync(settings.MasterKey, time);
        return await OpenAsync(settings, engine, masterKeys, migrate, time, onFsyncFailure);
    }

    /// <summary>The same, over master keys that were opened before: they are closed with it, also where this is refused.</summary>
    public static async Task<OpenInstallation> OpenAsync(
        InstallationSettings settings, DatabaseEngine engine, MasterKeyRing masterKeys, bool migrate, TimeProvider time,
        Action<string> onFsyncFailure)
    {
        Database? database = null;
        try
        {
            var setup = new InstallationSetup(masterKeys, time);
            await setup.CheckAsync(engine);
            if (migrate)
            {
                await Migrator.ApplyAsync(engine);
            }

            database = await engine.OpenAsync(onFsyncFailure);
            var keys = await setup.OpenKeysAsync(database);
            return new OpenInstallation(settings, time, masterKeys, setup, database, keys);
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

    /// <summary>Where the database is.</summary>
    /// <exception cref="SettingsException">None is set; the message says what to set.</exception>
    /// <exception cref="StorageSetupException">The connection string is not valid.</exception>
    public static DatabaseEngine RequireEngine(InstallationSettings settings, TimeProvider time) =>
        FindEngine(settings, time) ?? throw new SettingsException(settings.Storage.Provider == "PostgreSql"
            ? "there is no database: set Secronna__Storage__ConnectionString (Host=…;Database=…;Username=…)"
            : "there is no database: set Secronna__DataFolder, or Secronna__Storage__ConnectionString");

    /// <summary>Where the database is; null where none is set.</summary>
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
