using Secronna.Storage;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

public sealed class SqliteMigrationTests
{
    [Fact]
    public void The_migrations_are_numbered_from_one_without_a_gap() =>
        Assert.Equal(Enumerable.Range(1, Migrator.Known.Count), Migrator.Known.Select(migration => migration.Number));

    [Fact]
    public void Migrations_are_applied_once_and_in_order()
    {
        using var folder = new TemporaryFolder();
        var connectionString = SqliteEngine.ConnectionString(folder);
        Assert.Equal(Migrator.Known, Migrator.Pending(connectionString));
        Assert.Equal(Migrator.Known, Migrator.Apply(connectionString, TimeProvider.System));
        Assert.Empty(Migrator.Pending(connectionString));
        Assert.Empty(Migrator.Apply(connectionString, TimeProvider.System));
        using var stranger = SqliteEngine.Stranger(connectionString);
        var recorded = SqliteEngine.All(stranger, "SELECT number, name, checksum FROM schema_migrations ORDER BY rowid");
        Assert.Equal(
            Migrator.Known.Select(known => new object[] { (long)known.Number, known.Name, known.Checksum }), recorded);
    }

    [Fact]
    public void A_dry_run_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Migrator.Known, Migrator.Pending(SqliteEngine.ConnectionString(folder)));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_dry_run_over_an_empty_database_names_all_and_applies_none()
    {
        using var folder = new TemporaryFolder();
        File.Create(folder.File("secronna.db")).Dispose();
        Assert.Equal(Migrator.Known, Migrator.Pending(SqliteEngine.ConnectionString(folder)));
        Assert.Equal(Migrator.Known, Migrator.Pending(SqliteEngine.ConnectionString(folder)));
    }

    [Fact]
    public async Task Of_many_at_once_one_applies()
    {
        for (var round = 0; round < 5; round++)
        {
            using var folder = new TemporaryFolder();
            var connectionString = SqliteEngine.ConnectionString(folder);
            using var together = new Barrier(6);
            var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    return Migrator.Apply(connectionString, TimeProvider.System).Count;
                },
                TaskCreationOptions.LongRunning)));
            Assert.Equal([0, 0, 0, 0, 0, Migrator.Known.Count], applied.Order());
        }
    }

    [Fact]
    public void A_database_that_needs_migrating_is_not_opened()
    {
        using var folder = new TemporaryFolder();
        File.Create(folder.File("secronna.db")).Dispose();
        var message = Refused(folder, () => Open(folder));
        Assert.Contains("needs", message, StringComparison.Ordinal);
        Assert.Contains(Migrator.Known[0].Name, message, StringComparison.Ordinal);
        Assert.Contains("secronna-server migrate", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_migration_that_was_changed_stops_opening_and_migrating()
    {
        using var folder = new TemporaryFolder();
        var connectionString = SqliteEngine.NewDatabase(folder, TimeProvider.System);
        Alter(connectionString, "UPDATE schema_migrations SET checksum = 'another' WHERE number = 1");
        Assert.All(
            [() => Open(folder), () => Migrator.Apply(connectionString, TimeProvider.System), () => Migrator.Pending(connectionString)],
            (Action use) => Assert.Contains(
                $"{Migrator.Known[0].Name} is not the one", Refused(folder, use), StringComparison.Ordinal));
    }

    [Fact]
    public void A_database_that_is_newer_than_the_program_stops_opening_and_migrating()
    {
        using var folder = new TemporaryFolder();
        var connectionString = SqliteEngine.NewDatabase(folder, TimeProvider.System);
        Alter(connectionString, "INSERT INTO schema_migrations VALUES (999, '0999_later', 'c', 1)");
        Assert.All(
            [() => Open(folder), () => Migrator.Apply(connectionString, TimeProvider.System), () => Migrator.Pending(connectionString)],
            (Action use) =>
            {
                var message = Refused(folder, use);
                Assert.Contains("newer than this program", message, StringComparison.Ordinal);
                Assert.Contains("999", message, StringComparison.Ordinal);
            });
    }

    [Fact]
    public void A_migration_that_fails_leaves_nothing_of_itself()
    {
        using var folder = new TemporaryFolder();
        File.Create(folder.File("secronna.db")).Dispose();
        var connectionString = SqliteEngine.ConnectionString(folder);
        Alter(connectionString, "CREATE TABLE credentials (in_the_way INTEGER)");
        Assert.Contains("could not be migrated", Refused(folder, () => Migrator.Apply(connectionString, TimeProvider.System)), StringComparison.Ordinal);
        using var stranger = SqliteEngine.Stranger(connectionString);
        Assert.Equal("credentials", Assert.Single(SqliteEngine.All(stranger, "SELECT name FROM sqlite_schema"))[0]);
    }

    private static string Refused(TemporaryFolder folder, Action use)
    {
        var before = Schema(folder);
        var message = Assert.Throws<StorageSetupException>(use).Message;
        Assert.Equal(before, Schema(folder));
        return message;
    }

    private static string Schema(TemporaryFolder folder)
    {
        using var stranger = SqliteEngine.Stranger(SqliteEngine.ConnectionString(folder));
        return string.Join('\n', SqliteEngine.All(stranger, "SELECT type, name, sql FROM sqlite_schema").Select(row => string.Join('|', row)));
    }

    private static void Alter(string connectionString, string sql)
    {
        using var stranger = SqliteEngine.Stranger(connectionString);
        SqliteEngine.Run(stranger, sql);
    }

    private static void Open(TemporaryFolder folder) =>
        Database.Open(SqliteEngine.ConnectionString(folder), TimeProvider.System, _ => { });
}
