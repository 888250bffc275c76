using Npgsql;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Trail;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Secronna.Tests.Postgres;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>
/// An administrator who freezes the database, in any way and at any time, stops all writes and all records. The program never
/// overrides it.
/// </summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresFreezeTests
{
    // In each statement @ is the database. The sessions are open when it is run.
    [Theory]
    [InlineData("ALTER DATABASE @ SET default_transaction_read_only = on", "ALTER DATABASE @ RESET default_transaction_read_only")]
    [InlineData("ALTER ROLE postgres IN DATABASE @ SET default_transaction_read_only = true", "ALTER ROLE postgres IN DATABASE @ RESET ALL")]
    [InlineData("ALTER ROLE postgres IN DATABASE @ SET default_transaction_read_only TO 'on'; ALTER DATABASE @ SET default_transaction_read_only = off", "ALTER ROLE postgres IN DATABASE @ SET default_transaction_read_only = off")]
    public async Task Writes_and_records_are_unavailable_while_a_database_is_frozen_and_reads_go_on(string freeze, string thaw)
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.Database.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction));

        Run(storage, freeze);

        await ExpectFrozenAsync(storage.Database, storage.Entry());
        await using (var opened = await storage.OpenAsync())
        {
            await ExpectFrozenAsync(opened, storage.Entry());
        }

        Assert.NotNull(await storage.Database.ReadAsync(InstallationTable.FindAsync));
        Run(storage, thaw);
        await storage.Database.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction));
        await storage.Database.AppendAsync(storage.Entry());
    }

    [Fact]
    public async Task The_setting_of_another_database_or_role_freezes_nothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var other = await TestStorage.CreateAsync();
        Run(other, "ALTER DATABASE @ SET default_transaction_read_only = on");
        var cluster = await PostgresTestEngine.RunningAsync();
        await cluster.ExecuteAsync("postgres", "CREATE ROLE frozen LOGIN");
        await cluster.ExecuteAsync("postgres", "ALTER ROLE frozen SET default_transaction_read_only = on");
        await storage.Database.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction));
    }

    [Theory]
    [InlineData("ALTER SYSTEM SET default_transaction_read_only = on")]
    [InlineData("ALTER ROLE postgres SET default_transaction_read_only = on")]
    [InlineData("ALTER ROLE ALL SET default_transaction_read_only = on")]
    public async Task A_server_or_a_role_that_is_frozen_takes_no_writes(string freeze)
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        var engine = DatabaseEngines.Postgres(await cluster.NewDatabaseAsync());
        await Migrator.ApplyAsync(engine);
        await using var database = await engine.OpenAsync(_ => { });
        await database.WriteAsync(transaction => InstallationTable.InsertAsync(transaction, new InstallationRow(1, "mk_1", [1]), new byte[] { 4 }));

        await cluster.ExecuteAsync("postgres", freeze);
        await cluster.ExecuteAsync("postgres", "SELECT pg_reload_conf()");

        await Until.HoldsAsync("the server takes no writes", async () => await IsFrozenAsync(database));
    }

    [Fact]
    public async Task A_database_is_reached_by_the_folder_of_its_Unix_socket()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        var settings = new NpgsqlConnectionStringBuilder(await cluster.NewDatabaseAsync()) { Host = cluster.Folder };
        var engine = DatabaseEngines.Postgres(settings.ConnectionString);
        await Migrator.ApplyAsync(engine);
        await using var database = await engine.OpenAsync(_ => { });
        await database.WriteAsync(transaction => InstallationTable.InsertAsync(transaction, new InstallationRow(1, "mk_1", [1]), new byte[] { 4 }));
        Assert.EndsWith($" on {cluster.Folder}:{cluster.Port}", engine.DisplayName, StringComparison.Ordinal);
    }

    private static void Run(TestStorage storage, string sql)
    {
        using var direct = storage.ConnectDirectly();
        foreach (var statement in sql.Split(';'))
        {
            direct.Run(statement.Replace("@", direct.Database, StringComparison.Ordinal));
        }
    }

    private static async Task ExpectFrozenAsync(Database database, TrailEntry entry)
    {
        var write = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => database.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction)));
        Assert.Contains("takes no writes", write.Message, StringComparison.Ordinal);
        var record = await Assert.ThrowsAsync<StorageUnavailableException>(() => database.AppendAsync(entry));
        Assert.Contains("takes no writes", record.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> IsFrozenAsync(Database database)
    {
        try
        {
            await database.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction));
            return false;
        }
        catch (StorageUnavailableException exception)
        {
            return exception.Message.Contains("takes no writes", StringComparison.Ordinal);
        }
    }
}
