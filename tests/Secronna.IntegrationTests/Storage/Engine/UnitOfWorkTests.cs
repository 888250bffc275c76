using Secronna.Server.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

public sealed class UnitOfWorkTests
{
    [Fact]
    public async Task A_unit_that_violates_a_unique_index_fails_alone()
    {
        await using var storage = await TestStorage.CreateAsync();
        await storage.AddProjectAsync("web");
        Task first = storage.AddProjectAsync("api"), taken = storage.AddProjectAsync("web"), last = storage.AddProjectAsync("jobs");
        await first;
        await Assert.ThrowsAsync<UniqueViolationException>(() => taken);
        await last;
    }

    [Fact]
    public async Task A_unit_whose_audit_entry_names_an_unknown_workspace_is_undone()
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
    public async Task A_record_returns_what_it_read_when_its_entries_are_stored()
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
    public async Task The_entries_of_a_record_that_throws_are_not_stored()
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
