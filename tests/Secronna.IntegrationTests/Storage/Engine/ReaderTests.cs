using System.Collections.Concurrent;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

public sealed class ReaderTests
{
    [Fact]
    public async Task A_snapshot_is_one_state_even_when_a_write_commits_between_its_statements()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var counts = await storage.Database.ReadSnapshotAsync((storage, environment), static async (session, state) =>
        {
            var before = await SecretTable.ListAsync(session, state.environment.Id, "", 100);
            await state.storage.WriteVersionAsync(state.environment, "KEY");
            var after = await SecretTable.ListAsync(session, state.environment.Id, "", 100);
            return (before.Count, after.Count);
        });
        Assert.Equal((0, 0), counts);
        Assert.Single(await storage.ReadAsync(session => SecretTable.ListAsync(session, environment.Id, "", 100)));
    }

    [Fact]
    public async Task A_read_sees_everything_that_was_acknowledged()
    {
        await using var storage = await TestStorage.CreateAsync();
        for (var i = 0; i < 50; i++)
        {
            var row = await storage.AddProjectAsync($"p{i}");
            Assert.Equal(row, await storage.ReadAsync(session => ProjectTable.FindAsync(session, TestStorage.Workspace, row.Id)));
        }
    }

    [Fact]
    [Trait(TestEngine.Trait, TestEngine.Sqlite)]
    public async Task Consecutive_reads_use_one_connection()
    {
        await using var storage = await TestStorage.CreateAsync();
        var connections = new HashSet<IEngineConnection>();
        for (var i = 0; i < 10; i++)
        {
            await storage.ReadAsync(session => new ValueTask<bool>(connections.Add(session.Connection)));
        }

        Assert.Single(connections);
    }

    [Fact]
    public async Task A_connection_whose_read_threw_serves_the_next_read()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("web");
        for (var i = 0; i < 40; i++)
        {
            await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () => await storage.ReadAsync<bool>(async session =>
            {
                await ProjectTable.FindBySlugAsync(session, TestStorage.Workspace, "web");
                throw new TimeZoneNotFoundException();
            }));
        }

        Assert.NotNull(await storage.ReadAsync(session => ProjectTable.FindBySlugAsync(session, TestStorage.Workspace, "web")));
    }

    [Fact]
    [Trait(TestEngine.Trait, TestEngine.Sqlite)]
    public async Task Concurrent_reads_use_a_connection_each_and_wait_when_all_are_in_use()
    {
        await using var storage = await TestStorage.CreateAsync();
        var goOn = new TaskCompletionSource();
        var inside = new SemaphoreSlim(0);
        var connections = new ConcurrentDictionary<IEngineConnection, bool>();
        var reads = Enumerable.Range(0, 40).Select(_ => storage.ReadAsync(async session =>
        {
            connections.TryAdd(session.Connection, true);
            inside.Release();
            await goOn.Task;
            return true;
        }).AsTask()).ToList();
        for (var i = 0; i < 16; i++)
        {
            await inside.WaitAsync();
        }

        Assert.Equal(16, connections.Count);
        goOn.SetResult();
        await Task.WhenAll(reads);
        Assert.Equal(16, connections.Count);
    }

    [Fact]
    public async Task Reads_during_writes_always_find_a_consistent_state()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var first = await storage.WriteVersionAsync(environment, "KEY");
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var last = 1;
            while (!stop.IsCancellationRequested)
            {
                // One transaction stores the pointer and the version that it names, and the pointer never goes back.
                var row = await storage.ReadAsync(session =>
                    VersionTable.FindSealedAsync(session, TestStorage.Workspace, first.SecretId, null));
                Assert.NotNull(row);
                Assert.True(row.Version >= last);
                last = row.Version;
            }
        })).ToList();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await storage.WriteVersionAsync(environment, "KEY");
            }
        }));
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        var versions = await storage.ReadAsync(session => VersionTable.ListAsync(session, first.SecretId, int.MaxValue, 999));
        Assert.Equal(Enumerable.Range(1, 201).Reverse(), versions.Select(row => row.Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_that_is_stopped_ends_its_statement_and_leaves_every_connection_usable(bool isSnapshot)
    {
        await using var storage = await TestStorage.CreateAsync();
        for (var i = 0; i < 3; i++)
        {
            using var stop = new CancellationTokenSource();
            var began = new TaskCompletionSource();
            var read = Task.Run(() => isSnapshot
                ? storage.Database.ReadSnapshotAsync(began, CountForeverAsync, stop.Token).AsTask()
                : storage.Database.ReadAsync(began, CountForeverAsync, stop.Token).AsTask());
            await began.Task;
            await Until.HoldsAsync("the statement runs", () => Task.FromResult(IsCounting(storage)));
            await stop.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
            await Until.HoldsAsync("the statement has ended", () => Task.FromResult(TestEngine.Current is not PostgresTestEngine || !IsCounting(storage)));
            Assert.NotNull(await storage.ReadAsync(InstallationTable.FindAsync));
            Assert.NotNull(await storage.Database.ReadSnapshotAsync(0, static (session, _) => InstallationTable.FindAsync(session)));
        }
    }

    [Fact]
    public async Task A_read_that_is_stopped_while_it_waits_for_a_connection_ends_at_once()
    {
        await using var storage = await TestStorage.CreateAsync();
        var release = new TaskCompletionSource();
        var holders = Enumerable.Range(0, 16).Select(_ => storage.Database.ReadAsync(release, static async (session, release) =>
        {
            await release.Task;
            return true;
        }).AsTask()).ToList();
        using var stop = new CancellationTokenSource();
        var read = storage.Database.ReadAsync(InstallationTable.FindAsync, stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        release.SetResult();
        await Task.WhenAll(holders);
    }

    // Whether PostgreSQL runs the statement. SQLite begins it at once.
    private static bool IsCounting(TestStorage storage)
    {
        if (TestEngine.Current is not PostgresTestEngine)
        {
            return true;
        }

        using var direct = storage.ConnectDirectly();
        return direct.One<long>("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'WITH RECURSIVE n%'") > 0;
    }

    // A statement that would take days.
    private static async ValueTask<long> CountForeverAsync(Session session, TaskCompletionSource began)
    {
        await using var query = session.Prepare("""
            WITH RECURSIVE n (i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000)
            SELECT count(*) FROM n
            """);
        began.SetResult();
        await query.ReadAsync();
        return query.GetInt64(0);
    }
}
