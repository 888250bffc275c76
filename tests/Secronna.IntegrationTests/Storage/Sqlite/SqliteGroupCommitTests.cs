using Secronna.IntegrationTests.Engines;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class SqliteGroupCommitTests
{
    [Fact]
    public async Task A_unit_that_throws_is_undone_with_its_audit_entries_and_the_others_are_kept()
    {
        await using var storage = await TestStorage.CreateAsync();
        var projects = Enumerable.Range(0, 9).Select(i => storage.NewProject($"p{i}")).ToList();
        List<Task> units;
        using (WriterHold.Take(storage.Database))
        {
            units = [.. projects.Select((project, i) => storage.WriteAsync(async transaction =>
            {
                transaction.Audit.Append(storage.Entry() with { ProjectId = project.Id });
                await ProjectTable.InsertAsync(transaction, project);
                transaction.Audit.Append(storage.Entry() with { ProjectId = project.Id });
                return i % 3 == 1 ? throw new TimeZoneNotFoundException() : true;
            }))];
        }

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

        var kept = projects.Where((_, i) => i % 3 != 1).Select(project => project.Id).ToList();
        var found = await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 100));
        Assert.Equal(kept.Order(StringComparer.Ordinal), found.Select(row => row.Id));
        var trail = await storage.TrailAsync();
        Assert.Equal(kept.SelectMany(id => new[] { id, id }), trail.Select(row => row.Entry.ProjectId!));
        Assert.Equal(Enumerable.Range(1, 12).Select(i => (long)i), trail.Select(row => row.Sequence));
    }

    [Fact]
    public async Task Units_that_only_record_run_before_units_that_change()
    {
        await using var storage = await TestStorage.CreateAsync();
        var order = new List<string>();
        Task[] units;
        using (WriterHold.Take(storage.Database))
        {
            units =
            [
                Change("change 1"), Change("change 2"), Record("record 1"), Change("change 3"), Record("record 2"),
            ];
        }

        await Task.WhenAll(units);
        Assert.Equal(["record 1", "record 2", "change 1", "change 2", "change 3"], order);

        Task Change(string name) => storage.WriteAsync(_ => Note(name));

        Task Record(string name) => storage.Database.RecordAsync(name, (_, _, name) => Note(name));

        ValueTask<bool> Note(string name)
        {
            order.Add(name);
            return new(true);
        }
    }

    [Fact]
    public async Task A_unit_that_waits_for_something_other_than_the_database_is_refused_and_delays_nobody()
    {
        await using var storage = await TestStorage.CreateAsync();
        var never = new TaskCompletionSource<bool>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync(async transaction =>
        {
            await ProjectTable.InsertAsync(transaction, storage.NewProject("web"));
            return await never.Task;
        }));
        Assert.Null(await storage.ReadAsync(session => ProjectTable.FindBySlugAsync(session, TestStorage.Workspace, "web")));
        await storage.AddProjectAsync("web");
    }

    [Fact]
    public async Task Units_beyond_the_queue_limit_are_refused_at_once_and_the_queued_units_are_kept()
    {
        await using var storage = await TestStorage.CreateAsync();
        const int QueueLimit = 20_000;
        var ran = 0;
        Task<bool>[] units;
        using (WriterHold.Take(storage.Database))
        {
            units = [.. Enumerable.Range(0, QueueLimit).Select(_ => storage.WriteAsync(Count))];
            Assert.Throws<StorageUnavailableException>(() => { _ = storage.WriteAsync(Count); });
            Assert.Throws<StorageUnavailableException>(() => { _ = storage.AppendAsync(storage.Entry()); });
        }

        await Task.WhenAll(units);
        Assert.Equal(QueueLimit, ran);
        await storage.AddProjectAsync("web");

        ValueTask<bool> Count(Transaction transaction)
        {
            ran++;
            return new(true);
        }
    }

    [Fact]
    public async Task Closing_finishes_the_queued_units_and_refuses_new_ones()
    {
        await using var storage = await TestStorage.CreateAsync();
        var database = storage.Database;
        Task[] units;
        Task closing;
        using (WriterHold.Take(database))
        {
            units = [.. Enumerable.Range(0, 600).Select(i => storage.AddProjectAsync($"p{i}"))];
            closing = Task.Run(async () => await database.DisposeAsync());
        }

        await Task.WhenAll(units);
        await closing;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.AddProjectAsync("late"));
        await storage.ReopenAsync();
        Assert.Equal(600, (await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 999))).Count);
    }
}
