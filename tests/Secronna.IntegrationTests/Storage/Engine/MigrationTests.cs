using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

public sealed class MigrationTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    private DatabaseEngine Engine => database.EngineWith(TimeProvider.System);

    private IReadOnlyList<Migration> Known => Migrator.KnownFor(Engine);

    public async ValueTask InitializeAsync() => database = await TestEngine.Current.NewDatabaseAsync(isEmpty: true);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public void The_migrations_are_numbered_from_one_without_a_gap() =>
        Assert.Equal(Enumerable.Range(1, Known.Count), Known.Select(migration => migration.Number));

    [Fact]
    public async Task Migrations_are_applied_once_and_in_order()
    {
        Assert.Equal(Known, await Migrator.PendingAsync(Engine));
        Assert.Equal(Known, await Migrator.ApplyAsync(Engine));
        Assert.Empty(await Migrator.PendingAsync(Engine));
        Assert.Empty(await Migrator.ApplyAsync(Engine));
        using var direct = database.Connect();
        var recorded = direct.All("SELECT number, name, checksum FROM schema_migrations ORDER BY applied_at, number");
        Assert.Equal(
            Known.Select(known => new object[] { (long)known.Number, known.Name, known.Checksum }), recorded);
    }

    [Fact]
    public async Task In_an_empty_database_all_migrations_are_pending_and_listing_them_applies_none()
    {
        Assert.Equal(Known, await Migrator.PendingAsync(Engine));
        Assert.Equal(Known, await Migrator.PendingAsync(Engine));
    }

    [Fact]
    public async Task Exactly_one_of_many_concurrent_migrators_applies_the_migrations()
    {
        using var barrier = new Barrier(6);
        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
            async () =>
            {
                barrier.SignalAndWait();
                return (await Migrator.ApplyAsync(Engine)).Count;
            },
            TaskCreationOptions.LongRunning).Unwrap()));
        Assert.Equal([0, 0, 0, 0, 0, Known.Count], applied.Order());
    }

    [Fact]
    public async Task A_database_that_needs_migrating_is_not_opened()
    {
        var message = await RefusedAsync(OpenAsync);
        Assert.Contains("needs", message, StringComparison.Ordinal);
        Assert.Contains(Known[0].Name, message, StringComparison.Ordinal);
        Assert.Contains("secronna-server migrate", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_and_migrating_are_refused_when_a_migration_was_changed()
    {
        await Migrator.ApplyAsync(Engine);
        Alter("UPDATE schema_migrations SET checksum = 'another' WHERE number = 1");
        foreach (var use in Uses)
        {
            Assert.Contains($"{Known[0].Name} is not the one", await RefusedAsync(use), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Opening_and_migrating_are_refused_when_the_database_is_newer_than_the_program()
    {
        await Migrator.ApplyAsync(Engine);
        Alter("INSERT INTO schema_migrations VALUES (999, '0999_later', 'c', 1)");
        foreach (var use in Uses)
        {
            var message = await RefusedAsync(use);
            Assert.Contains("newer than this program", message, StringComparison.Ordinal);
            Assert.Contains("999", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_migration_that_fails_is_undone()
    {
        Alter("CREATE TABLE credentials (in_the_way integer)");
        Assert.Contains("could not be migrated", await RefusedAsync(MigrateAsync), StringComparison.Ordinal);
        Alter("DROP TABLE credentials");
        Assert.Equal(Known, await Migrator.ApplyAsync(Engine));
    }

    private Func<Task>[] Uses => [OpenAsync, MigrateAsync, async () => await Migrator.PendingAsync(Engine)];

    private async Task OpenAsync() => await Engine.OpenAsync(_ => { });

    private async Task MigrateAsync() => await Migrator.ApplyAsync(Engine);

    private async Task<string> RefusedAsync(Func<Task> use)
    {
        var before = database.State();
        var message = (await Assert.ThrowsAsync<StorageSetupException>(use)).Message;
        Assert.Equal(before, database.State());
        return message;
    }

    private void Alter(string sql)
    {
        using var direct = database.Connect();
        direct.Run(sql);
    }
}
