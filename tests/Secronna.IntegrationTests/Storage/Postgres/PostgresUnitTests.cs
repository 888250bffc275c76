using Secronna.IntegrationTests.Engines;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Postgres;

/// <summary>Units of work that run at the same time, each in a transaction of its own.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
[RunsAlone]
public sealed class PostgresUnitTests
{
    private const string Waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    [Fact]
    public async Task A_unit_that_throws_is_undone_with_its_audit_entries_and_the_others_are_kept()
    {
        await using var storage = await TestStorage.CreateAsync();
        var projects = Enumerable.Range(0, 30).Select(i => storage.NewProject($"p{i}")).ToList();
        var units = projects.Select((project, i) => storage.WriteAsync(async transaction =>
        {
            transaction.Audit.Append(storage.Entry() with { ProjectId = project.Id });
            await ProjectTable.InsertAsync(transaction, project);
            return i % 3 == 1 ? throw new TimeZoneNotFoundException() : true;
        })).ToList();
        for (var i = 0; i < units.Count; i++)
        {
            if (i % 3 == 1)
            {
                await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => units[i]);
            }
            else
            {
                await units[i];
            }
        }

        var kept = projects.Where((_, i) => i % 3 != 1).Select(project => project.Id).Order(StringComparer.Ordinal).ToList();
        var found = await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 100));
        Assert.Equal(kept, found.Select(row => row.Id));
        var trail = await storage.TrailAsync();
        Assert.Equal(kept, trail.Select(row => row.Entry.ProjectId!).Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), trail.Select(row => row.Sequence));
    }

    [Fact]
    public async Task Two_units_in_a_deadlock_are_both_done_once()
    {
        await using var storage = await TestStorage.CreateAsync();
        EnvironmentRow[] environments = [await storage.AddEnvironmentAsync("a"), await storage.AddEnvironmentAsync("b")];
        TaskCompletionSource[] taken = [new(), new()];
        var runs = 0;

        await Task.WhenAll(CrossAsync(0), CrossAsync(1));

        // The unit that PostgreSQL undid runs again, and may end in a deadlock with the other unit again.
        Assert.InRange(runs, 3, 8);
        foreach (var environment in environments)
        {
            var found = await storage.ReadAsync(session => EnvironmentTable.FindAsync(session, TestStorage.Workspace, environment.Id));
            Assert.Equal(2, found!.SecretCount);
        }

        Assert.Equal([1, 2], (await storage.TrailAsync()).Select(row => row.Sequence));

        Task CrossAsync(int first) => storage.WriteAsync(async transaction =>
        {
            Interlocked.Increment(ref runs);
            transaction.Audit.Append(storage.Entry());
            await EnvironmentTable.AddToCountAsync(transaction, environments[first].Id, 1);
            // In the first run each unit holds one row before either asks for the row of the other.
            taken[first].TrySetResult();
            await taken[1 - first].Task;
            await EnvironmentTable.AddToCountAsync(transaction, environments[1 - first].Id, 1);
        });
    }

    [Fact]
    public async Task A_unit_that_goes_on_after_a_failed_statement_is_not_reported_as_done()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("web");

        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync(async transaction =>
        {
            await ProjectTable.InsertAsync(transaction, storage.NewProject("kept"));
            await Assert.ThrowsAsync<UniqueViolationException>(async () =>
                await ProjectTable.InsertAsync(transaction, storage.NewProject("web")));
        }));

        Assert.Single(await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 9)));
        await storage.AddProjectAsync("kept");
    }

    [Fact]
    public async Task A_row_that_another_connection_holds_makes_a_write_unavailable_instead_of_hanging()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        using (var direct = storage.ConnectDirectly())
        {
            direct.Run("BEGIN");
            direct.Run("UPDATE environments SET name = 'held'");
            var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.WriteVersionAsync(environment, "KEY"));
            Assert.Contains("held a row for too long", refused.Message, StringComparison.Ordinal);
            direct.Run("ROLLBACK");
        }

        Assert.Equal(1, (await storage.WriteVersionAsync(environment, "KEY")).Version);
    }

    [Fact]
    public async Task A_unit_that_stands_still_is_ended_and_frees_its_rows_for_waiting_units()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var node = await storage.OpenAsync();
        var environment = await storage.AddEnvironmentAsync();
        var holds = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var still = node.WriteAsync(async transaction =>
        {
            await EnvironmentTable.BeginChangeAsync(transaction, TestStorage.Workspace, environment.Id);
            holds.SetResult();
            await goOn.Task;
            return await ProjectTable.FindAsync(transaction, TestStorage.Workspace, environment.ProjectId);
        });
        await holds.Task;

        Assert.Equal(1, (await storage.WriteVersionAsync(environment, "KEY")).Version);

        Assert.False(still.IsCompleted);
        goOn.SetResult();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => still);
        await node.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction));
    }

    [Fact]
    public async Task Wraps_of_a_KEK_can_be_reserved_while_a_writer_holds_it_and_its_retirement_waits()
    {
        await using var storage = await TestStorage.CreateAsync();
        var kek = await storage.AddKekAsync(await storage.AddProjectAsync("web"));
        var goOn = new TaskCompletionSource();
        var holds = new TaskCompletionSource();
        var writer = storage.WriteAsync(async transaction =>
        {
            Assert.True(await KekTable.LockActiveAsync(transaction, kek.Id));
            holds.TrySetResult();
            await goOn.Task;
        });
        await holds.Task;

        Assert.True(await storage.WriteAsync(transaction => KekTable.ReserveWrapsAsync(transaction, kek.Id, 10, 1_000)));
        var retirement = storage.WriteAsync(transaction => KekRetirement.RetireAsync(transaction, kek.Id));
        using var direct = storage.ConnectDirectly();
        await Until.HoldsAsync("the retirement", () => direct.One<long>(Waiting) > 0);
        var destruction = storage.WriteAsync(transaction => KekRetirement.DestroyAllAsync(transaction, kek.ProjectId));
        await Until.HoldsAsync("the destruction", () => direct.One<long>(Waiting) > 1);

        goOn.SetResult();
        await writer;
        Assert.True(await retirement);
        Assert.Equal([kek.Id], await destruction);
        Assert.False(await storage.WriteAsync(transaction => KekTable.LockActiveAsync(transaction, kek.Id)));
    }

    [Fact]
    public async Task A_change_that_waited_for_its_row_has_an_instant_after_the_wait()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        Task<NewVersion> write;
        using (var holder = storage.ConnectDirectly())
        using (var direct = storage.ConnectDirectly())
        {
            holder.Run("BEGIN");
            holder.Run("SELECT 1 FROM environments FOR UPDATE");
            write = storage.WriteVersionAsync(environment, "KEY");
            await Until.HoldsAsync("the write", () => direct.One<long>(Waiting) > 0);
            await storage.AdvanceAsync(TimeSpan.FromSeconds(2));
            holder.Run("ROLLBACK");
        }

        var version = await write;
        var rows = await storage.ReadAsync(session => VersionTable.ListAsync(session, version.SecretId, int.MaxValue, 1));
        Assert.Equal(storage.Now, Assert.Single(rows).CreatedAt);
    }

    [Fact]
    public async Task Writes_are_unavailable_while_the_database_is_away_and_succeed_when_it_is_back()
    {
        await using var storage = await TestStorage.CreateAsync();
        var cluster = await PostgresTestEngine.RunningAsync();
        var name = new Npgsql.NpgsqlConnectionStringBuilder(storage.ConnectionString).Database;
        await storage.Database.DisposeAsync();
        await using (var node = await storage.OpenAsync())
        {
            await cluster.ExecuteAsync("postgres", $"""
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}';
                ALTER DATABASE {name} RENAME TO {name}_away
                """);
            // The first write finds that its connection is lost; the second can open none.
            for (var i = 0; i < 2; i++)
            {
                await Assert.ThrowsAsync<StorageUnavailableException>(() => node.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction)));
            }

            await cluster.ExecuteAsync("postgres", $"ALTER DATABASE {name}_away RENAME TO {name}");
            await node.WriteAsync(transaction => InstallationTable.ProbeAsync(transaction));
        }
    }
}
