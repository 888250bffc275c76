using SQLitePCL;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Sqlite;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>The effects of a batch's single commit on its units, observed with SQLite's commit hook.</summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class SqliteCommitTests
{
    private const string LargeName = "a longer text, so that units fill pages: ";

    [Fact]
    public async Task A_batch_of_many_units_has_one_commit_and_no_unit_is_answered_before_it()
    {
        await using var storage = await TestStorage.CreateAsync();
        var commits = 0;
        var answeredEarly = 0;
        List<Task<ProjectRow>> units = [];
        using (WriterHold.Take(storage.Database))
        {
            var hook = storage.WriteAsync(transaction => SetCommitHook(transaction, _ =>
            {
                commits++;
                answeredEarly += units.Count(unit => unit.IsCompleted);
                return 0;
            }));
            units = [.. Enumerable.Range(0, 50).Select(i => storage.AddProjectAsync($"p{i}"))];
            Assert.False(hook.IsCompleted);
        }

        await Task.WhenAll(units);
        Assert.Equal((1, 0), (commits, answeredEarly));
        await storage.WriteAsync(transaction => SetCommitHook(transaction, null));
    }

    [Fact]
    public async Task A_commit_that_fails_fails_every_unit_and_keeps_nothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("before");
        await storage.AppendAsync(storage.Entry());
        Task[] units;
        using (WriterHold.Take(storage.Database))
        {
            units =
            [
                storage.WriteAsync(transaction => SetCommitHook(transaction, _ => 1)),
                .. Enumerable.Range(0, 50).Select(i => storage.AddProjectAsync($"p{i}")),
                .. Enumerable.Range(0, 50).Select(_ => storage.AppendAsync(storage.Entry())),
            ];
        }

        foreach (var unit in units)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => unit);
        }

        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.AddProjectAsync("refused"));
        await storage.WriteAsync(transaction => SetCommitHook(transaction, null));
        await AssertOnlyEarlierRowsExistAsync(storage);
        await storage.AddProjectAsync("after");
        await storage.AppendAsync(storage.Entry());
        Assert.Equal([1, 2], (await storage.TrailAsync()).Select(row => row.Sequence));
    }

    [Fact]
    public async Task A_constraint_that_fails_at_the_commit_fails_every_unit_and_the_writer_goes_on()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("before");
        await storage.AppendAsync(storage.Entry());
        Task[] units;
        using (WriterHold.Take(storage.Database))
        {
            units =
            [
                storage.AddProjectAsync("p1"),
                storage.WriteAsync(async transaction =>
                {
                    await transaction.Connection.RunAsync("PRAGMA defer_foreign_keys = ON");
                    await ProjectTable.InsertAsync(transaction, storage.NewProject("orphan", "acc_nowhere"));
                }),
                storage.AddProjectAsync("p2"),
                storage.AppendAsync(storage.Entry()),
            ];
        }

        foreach (var unit in units)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => unit);
        }

        await AssertOnlyEarlierRowsExistAsync(storage);
        await storage.AddProjectAsync("p1");
    }

    [Fact]
    public async Task A_full_disk_in_the_middle_of_a_batch_fails_every_unit_and_keeps_everything_acknowledged()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("before");
        await storage.AppendAsync(storage.Entry());
        await LimitPagesAsync(storage, 70);
        for (var round = 0; round < 3; round++)
        {
            var ran = 0;
            Task[] units;
            using (WriterHold.Take(storage.Database))
            {
                units = [.. Enumerable.Range(0, 100).Select(i => storage.WriteAsync(async transaction =>
                {
                    ran++;
                    transaction.Audit.Append(storage.Entry());
                    await ProjectTable.InsertAsync(transaction, Large(storage, i));
                }))];
            }

            foreach (var unit in units)
            {
                await Assert.ThrowsAsync<StorageUnavailableException>(() => unit);
            }

            Assert.InRange(ran, 2, 99);
            await AssertOnlyEarlierRowsExistAsync(storage);
        }

        await LimitPagesAsync(storage, 1_000_000);
        await storage.WriteAsync(async transaction =>
        {
            for (var i = 0; i < 100; i++)
            {
                await ProjectTable.InsertAsync(transaction, Large(storage, i));
            }
        });
        await storage.ReopenAsync();
        Assert.Equal(101, (await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 999))).Count);
        using var direct = storage.ConnectDirectly();
        Assert.Equal("ok", direct.One<string>("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task A_full_disk_while_the_batchs_audit_entries_are_written_fails_every_unit()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("before");
        await storage.AppendAsync(storage.Entry());
        await LimitPagesAsync(storage, 40);
        Task[] units;
        using (WriterHold.Take(storage.Database))
        {
            var entries = Enumerable.Range(0, 100).Select(_ => storage.Entry() with { UserAgent = new string('u', 1_024) }).ToList();
            units = [storage.AddProjectAsync("change"), .. Enumerable.Range(0, 3).Select(_ => storage.AppendAsync([.. entries]))];
        }

        foreach (var unit in units)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => unit);
        }

        await AssertOnlyEarlierRowsExistAsync(storage);
        await LimitPagesAsync(storage, 1_000_000);
        await storage.AppendAsync(storage.Entry());
        Assert.Equal([1, 2], (await storage.TrailAsync()).Select(row => row.Sequence));
    }

    [Fact]
    public async Task A_unit_that_catches_the_error_of_a_full_disk_is_not_answered_as_done()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("before");
        await storage.AppendAsync(storage.Entry());
        await LimitPagesAsync(storage, 40);
        Task swallowing, next;
        using (WriterHold.Take(storage.Database))
        {
            swallowing = storage.WriteAsync(async transaction =>
            {
                try
                {
                    for (var i = 0; ; i++)
                    {
                        await ProjectTable.InsertAsync(transaction, Large(storage, i));
                    }
                }
                catch (StorageUnavailableException)
                {
                    // SQLite has rolled back the transaction, with everything that the batch did.
                }
            });
            next = storage.AddProjectAsync("next");
        }

        await Assert.ThrowsAsync<StorageUnavailableException>(() => swallowing);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => next);
        await LimitPagesAsync(storage, 1_000_000);
        await AssertOnlyEarlierRowsExistAsync(storage);
    }

    private static ProjectRow Large(TestStorage storage, int i) =>
        storage.NewProject($"large{i}") with { Name = LargeName + new string('x', 3_000) };

    private static async Task AssertOnlyEarlierRowsExistAsync(TestStorage storage)
    {
        var projects = await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 999));
        Assert.Equal("before", Assert.Single(projects).Slug);
        Assert.Equal(1, Assert.Single(await storage.TrailAsync()).Sequence);
    }

    private static Task<bool> LimitPagesAsync(TestStorage storage, int pages) => storage.WriteAsync(async transaction =>
    {
        await using var limit = transaction.Prepare(string.Intern($"PRAGMA max_page_count = {pages}"));
        return await limit.ReadAsync();
    });

    private static ValueTask<bool> SetCommitHook(Transaction transaction, delegate_commit? hook)
    {
        raw.sqlite3_commit_hook(((SqliteEngineConnection)transaction.Connection).Handle, hook, null!);
        return new(true);
    }
}
