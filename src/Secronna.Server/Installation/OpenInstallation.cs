using Secronna.Crypto;
using Secronna.Server.Configuration;
using Secronna.Server.MasterKeys;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.Server.Installation;

/// <summary>An installation with its master keys checked and its database open.</summary>
internal sealed class OpenInstallation : IAsyncDisposable
{
    private OpenInstallation(
        Settings settings, TimeProvider time, MasterKeyRing masterKeys, InstallationSetup setup, Database database, InstallationKeys keys)
    {
        Settings = settings;
        Time = time;
        MasterKeys = masterKeys;
        Setup = setup;
        Database = database;
        Keys = keys;
    }

    public Settings Settings { get; }

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
        Settings settings, bool migrate, TimeProvider time, Action<string> onFsyncFailure)
    {
        var connectionString = RequireConnectionString(settings);
        var masterKeys = MasterKeyRing.Open(settings.MasterKey);
        Database? database = null;
        try
        {
            var setup = new InstallationSetup(masterKeys, time);
            await setup.CheckAsync(connectionString);
            if (migrate)
            {
                Migrator.Apply(connectionString, time);
            }

            database = Database.Open(connectionString, time, onFsyncFailure);
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

    /// <summary>The connection string, or what to set.</summary>
    public static string RequireConnectionString(Settings settings)
    {
        if (settings.Storage.Provider != "Sqlite")
        {
            throw new SettingsException("Secronna__Storage__Provider: this version stores in Sqlite alone");
        }

        return settings.ConnectionString ?? throw new SettingsException(
            "there is no database: set Secronna__DataFolder, or Secronna__Storage__ConnectionString");
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Keys.Dispose();
        MasterKeys.Dispose();
    }
}
