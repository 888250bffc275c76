using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

public sealed class UnitOfWorkTests
{
    [Fact]
    public async Task A_unit_that_breaks_a_uniqueness_rule_fails_alone()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("web");
        Task first = storage.AddProjectAsync("api"), taken = storage.AddProjectAsync("web"), last = storage.AddProjectAsync("jobs");
        await first;
        await Assert.ThrowsAsync<UniqueViolationException>(() => taken);
        await last;
    }

    [Fact]
    public async Task A_unit_that_names_a_workspace_that_is_not_there_in_the_trail_keeps_nothing()
    {
        await using var storage = await TestStorage.CreateAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.WriteAsync(async transaction =>
        {
            await ProjectTable.InsertAsync(transaction, storage.NewProject("web"));
            transaction.Audit.Append(storage.Entry("acc_nowhere"));
            return true;
        }));
        Assert.Empty(await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 9)));
        await storage.AddProjectAsync("web");
    }

    [Fact]
    public async Task A_record_comes_back_with_what_it_read_once_its_entries_are_there()
    {
        await using var storage = await TestStorage.CreateAsync();
        var project = await storage.AddProjectAsync("web");
        var read = await storage.Database.RecordAsync(storage.Entry(), async (session, audit, entry) =>
        {
            audit.Append(entry);
            return await ProjectTable.FindBySlugAsync(session, TestStorage.Workspace, "web");
        });
        Assert.Equal(project, read);
        Assert.Single(await storage.TrailAsync());
    }

    [Fact]
    public async Task A_record_that_throws_takes_its_entries_back()
    {
        await using var storage = await TestStorage.CreateAsync();
        var failing = storage.Database.RecordAsync(storage.Entry(), (_, audit, entry) =>
        {
            audit.Append(entry);
            return ValueTask.FromException<bool>(new TimeZoneNotFoundException());
        });
        var standing = storage.AppendAsync(storage.Entry(action: "project.create"));
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => failing);
        await standing;
        Assert.Equal("project.create", Assert.Single(await storage.TrailAsync()).Entry.Action);
    }
}
