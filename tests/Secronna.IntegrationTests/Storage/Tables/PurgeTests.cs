using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Tables;

public sealed class PurgeTests
{
    [Fact]
    public async Task A_deleted_secret_leaves_a_tombstone_whose_versions_have_no_key_and_no_ciphertext()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var rows = await storage.WriteVersionsAsync(environment, "KEY", 3);
        var secretId = rows[0].SecretId;
        var before = await storage.ReadAsync(session => VersionTable.ListAsync(session, secretId, int.MaxValue, 9));
        await storage.DeleteSecretAsync(environment, secretId);
        Assert.Null(await storage.ReadAsync(session => SecretTable.FindAsync(session, TestStorage.Workspace, secretId)));
        for (var version = 1; version <= 3; version++)
        {
            Assert.Null(await storage.ReadAsync(session => VersionTable.FindSealedAsync(session, TestStorage.Workspace, secretId, version)));
        }

        var tombstones = before.Select(version => version with { SealedBytes = 0 });
        Assert.Equal(tombstones, await storage.ReadAsync(session => VersionTable.ListAsync(session, secretId, int.MaxValue, 9)));
        await storage.PurgeAllAsync();
        Assert.Equal(tombstones, await storage.ReadAsync(session => VersionTable.ListAsync(session, secretId, int.MaxValue, 9)));
        Assert.Equal([(0L, 3L)], await storage.StateOfVersionsAsync(secretId));
        Assert.Equal((Key: "KEY", By: "key_1", HasTime: true), await storage.TombstoneAsync(secretId));
    }

    [Fact]
    public async Task Many_versions_are_destroyed_in_slices()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        const int Count = (2 * Purge.SliceVersions) + 200;
        var secretId = (await storage.WriteVersionsAsync(environment, "KEY", Count))[0].SecretId;
        await storage.DeleteSecretAsync(environment, secretId);
        Assert.Equal([(Count - 500L, (long)Count)], await storage.StateOfVersionsAsync(secretId));
        Assert.Equal(0, await storage.WriteAsync(transaction => Purge.DestroyVersionsAsync(transaction, [secretId], 0)));
        Assert.Equal([(Count - 1_000L, (long)Count)], await storage.StateOfVersionsAsync(secretId));
        Assert.Equal(1, await storage.WriteAsync(transaction => Purge.DestroyVersionsAsync(transaction, [secretId], 0)));
        Assert.Equal([(0L, (long)Count)], await storage.StateOfVersionsAsync(secretId));
        Assert.False(await storage.WriteAsync(Purge.RunSliceAsync));
    }

    [Fact]
    public async Task A_purge_that_was_interrupted_by_a_stop_goes_on()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var secretId = (await storage.WriteVersionsAsync(environment, "KEY", 1_300))[0].SecretId;
        await storage.DeleteSecretAsync(environment, secretId);
        await storage.ReopenAsync();
        Assert.True(await storage.WriteAsync(Purge.RunSliceAsync));
        await storage.ReopenAsync();
        Assert.True(await storage.WriteAsync(Purge.RunSliceAsync));
        Assert.False(await storage.WriteAsync(Purge.RunSliceAsync));
        Assert.Equal([(0L, 1_300L)], await storage.StateOfVersionsAsync(secretId));
    }

    [Fact]
    public async Task The_versions_of_a_secret_that_is_not_deleted_are_never_destroyed()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var version = await storage.WriteVersionAsync(environment, "KEY");
        Assert.Equal(1, await storage.WriteAsync(transaction => Purge.DestroyVersionsAsync(transaction, [version.SecretId], 0)));
        Assert.False(await storage.WriteAsync(Purge.RunSliceAsync));
        Assert.NotNull(await storage.ReadAsync(session => VersionTable.FindSealedAsync(session, TestStorage.Workspace, version.SecretId, 1)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_rows_under_a_deleted_environment_or_project_are_removed_in_slices_and_no_others(bool wholeProject)
    {
        await using var storage = await TestStorage.CreateAsync();
        var project = await storage.AddProjectAsync("web");
        await storage.AddKekAsync(project);
        var environment = await storage.AddEnvironmentAsync(project, "production");
        await storage.WriteVersionsAsync(environment, "MANY", 1_100);
        for (var i = 0; i < 20; i++)
        {
            await storage.WriteVersionAsync(environment, $"KEY_{i}");
        }

        var elsewhere = await storage.AddEnvironmentAsync("elsewhere");
        var kept = await storage.WriteVersionAsync(elsewhere, "KEPT");
        await storage.WriteAsync(transaction => wholeProject
            ? ProjectTable.MarkDeletedAsync(transaction, TestStorage.Workspace, project.Id, storage.Now)
            : EnvironmentTable.MarkDeletedAsync(transaction, TestStorage.Workspace, environment.Id, storage.Now));
        Assert.Null(await storage.ReadAsync(session => EnvironmentTable.FindAsync(session, TestStorage.Workspace, environment.Id)));
        Assert.True(await storage.WriteAsync(Purge.RunSliceAsync));
        await storage.ReopenAsync();
        await storage.PurgeAllAsync();
        Assert.Equal((1L, 1L), await storage.CountSecretsAndVersionsAsync());
        Assert.NotNull(await storage.ReadAsync(session => VersionTable.FindSealedAsync(session, TestStorage.Workspace, kept.SecretId, 1)));
        Assert.Equal(wholeProject, await storage.ReadAsync(session => ProjectTable.FindAsync(session, TestStorage.Workspace, project.Id)) is null);
        await storage.AddEnvironmentAsync(await storage.AddProjectAsync("web2"), "production");
    }

    [Fact]
    public async Task Two_nodes_that_purge_at_the_same_time_remove_everything()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var other = await storage.OpenAsync();
        for (var i = 0; i < 4; i++)
        {
            var project = await storage.AddProjectAsync($"p{i}");
            await storage.AddKekAsync(project);
            var environments = new[] { await storage.AddEnvironmentAsync(project, "a"), await storage.AddEnvironmentAsync(project, "b") };
            await storage.WriteVersionsAsync(environments[0], "MANY", 520);
            await storage.DeleteSecretAsync(environments[1], (await storage.WriteVersionsAsync(environments[1], "GONE", 510))[0].SecretId);
            await storage.WriteAsync(transaction => i % 2 == 0
                ? ProjectTable.MarkDeletedAsync(transaction, TestStorage.Workspace, project.Id, storage.Now)
                : EnvironmentTable.MarkDeletedAsync(transaction, TestStorage.Workspace, environments[0].Id, storage.Now));
        }

        await Task.WhenAll(new[] { storage.Database, other, storage.Database, other }.Select(node => Task.Run(async () =>
        {
            while (await node.WriteAsync(transaction => Purge.RunSliceAsync(transaction)))
            {
            }
        })));
        await storage.PurgeAllAsync();

        Assert.Equal((2L, 2L * 510), await storage.CountSecretsAndVersionsAsync());
        using var direct = storage.ConnectDirectly();
        Assert.Equal(0, direct.One<long>("SELECT count(*) FROM secret_versions WHERE ciphertext IS NOT NULL"));
        Assert.Equal(2, (await storage.ReadAsync(session => ProjectTable.ListAsync(session, TestStorage.Workspace, "", 9))).Count);
    }

    [Fact]
    public async Task The_KEKs_of_a_deleted_project_are_destroyed()
    {
        await using var storage = await TestStorage.CreateAsync();
        var project = await storage.AddProjectAsync("web");
        var kek = await storage.AddKekAsync(project);
        Assert.Equal([kek.Id], await storage.WriteAsync(transaction => KekRetirement.DestroyAllAsync(transaction, project.Id)));
        var row = await storage.ReadAsync(session => KekTable.FindAsync(session, kek.Id));
        Assert.Equal(("destroyed", null), (row!.State, row.WrappedKey));
        Assert.False(await storage.WriteAsync(transaction => KekTable.ReserveWrapsAsync(transaction, kek.Id, 1, long.MaxValue)));
        Assert.False(await storage.WriteAsync(transaction => KekTable.LockActiveAsync(transaction, kek.Id)));
        Assert.Empty(await storage.WriteAsync(transaction => KekRetirement.DestroyAllAsync(transaction, project.Id)));
    }
}
