using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Tables;

public sealed class EnvironmentInstantTests
{
    [Fact]
    public async Task Instants_always_rise_even_when_the_clock_stands_still_or_steps()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var now = storage.Now;
        long[] clocks = [now, now, now, now - 5_000_000, 0, -62_000_000_000_000_000, now + 1, now + 2, now + 10_000_000, now, now + 10_000_000];
        var instants = new List<long> { environment.CreatedAt };
        foreach (var clock in clocks)
        {
            await storage.SetClockAsync(DateTimeOffset.UnixEpoch.AddMicroseconds(clock));
            var change = await storage.WriteAsync(transaction =>
                EnvironmentTable.BeginChangeAsync(transaction, TestStorage.Workspace, environment.Id));
            Assert.True(change!.Instant > instants[^1]);
            Assert.True(change.Instant >= clock);
            Assert.Equal(clock, change.Clock);
            instants.Add(change.Instant);
        }

        Assert.Equal(
            [now + 1, now + 2, now + 3, now + 4, now + 5, now + 6, now + 7, now + 8, now + 10_000_000, now + 10_000_001, now + 10_000_002],
            instants[1..]);
    }

    [Fact]
    public async Task The_instant_of_an_undone_unit_is_used_by_the_next_change()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => storage.WriteAsync<bool>(async transaction =>
        {
            await EnvironmentTable.BeginChangeAsync(transaction, TestStorage.Workspace, environment.Id);
            throw new TimeZoneNotFoundException();
        }));
        var change = await storage.WriteAsync(transaction =>
            EnvironmentTable.BeginChangeAsync(transaction, TestStorage.Workspace, environment.Id));
        Assert.Equal(environment.CreatedAt + 1, change!.Instant);
    }

    [Fact]
    public async Task Concurrent_changes_have_different_instants_which_their_versions_carry()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => storage.WriteVersionAsync(environment, $"KEY_{i % 3}")));
        var instants = new List<long>();
        foreach (var secret in await storage.ReadAsync(session => SecretTable.ListAsync(session, environment.Id, "", 9)))
        {
            var versions = await storage.ReadAsync(session => VersionTable.ListAsync(session, secret.Id, int.MaxValue, 99));
            Assert.Equal(secret.UpdatedAt, versions[0].CreatedAt);
            Assert.Equal(versions.Select(row => row.CreatedAt).OrderDescending(), versions.Select(row => row.CreatedAt));
            instants.AddRange(versions.Select(row => row.CreatedAt));
        }

        Assert.Equal(60, instants.Distinct().Count());
    }

    [Fact]
    public async Task No_change_begins_in_an_environment_of_another_workspace_or_a_deleted_project()
    {
        await using var storage = await TestStorage.CreateAsync();
        var project = await storage.AddProjectAsync("web");
        var environment = await storage.AddEnvironmentAsync(project, "production");
        Assert.Null(await BeginAsync("acc_b"));
        await storage.WriteAsync(transaction => ProjectTable.MarkDeletedAsync(transaction, TestStorage.Workspace, project.Id, 1));
        Assert.Null(await BeginAsync(TestStorage.Workspace));

        Task<EnvironmentChange?> BeginAsync(string workspaceId) => storage.WriteAsync(transaction =>
            EnvironmentTable.BeginChangeAsync(transaction, workspaceId, environment.Id));
    }

    [Fact]
    public async Task Writes_and_deletions_keep_the_count_of_secrets_right()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        await storage.WriteVersionAsync(environment, "A");
        await storage.WriteVersionAsync(environment, "A");
        var deleted = await storage.WriteVersionAsync(environment, "B");
        await storage.WriteVersionAsync(environment, "C");
        await storage.DeleteSecretAsync(environment, deleted.SecretId);
        Assert.Equal(2, await CountAsync());
        Assert.Equal(1, (await storage.WriteVersionAsync(environment, "B")).Version);
        Assert.Equal(3, await CountAsync());
        Assert.True(await storage.ReadAsync(session => ProjectTable.HasSecretsAsync(session, environment.ProjectId)));

        async Task<int> CountAsync() =>
            (await storage.ReadAsync(session => EnvironmentTable.FindAsync(session, TestStorage.Workspace, environment.Id)))!.SecretCount;
    }
}
