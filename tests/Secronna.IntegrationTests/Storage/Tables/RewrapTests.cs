using Secronna.Protocol;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Tables;

/// <summary>One node wraps data keys by another KEK, while other nodes rewrap or delete what it read.</summary>
public sealed class RewrapTests : IAsyncLifetime
{
    private TestStorage storage = null!;
    private EnvironmentRow environment = null!;
    private KekRow kek = null!;

    public async ValueTask InitializeAsync()
    {
        storage = await TestStorage.CreateAsync();
        var project = await storage.AddProjectAsync("web");
        environment = await storage.AddEnvironmentAsync(project);
        kek = await storage.AddKekAsync(project);
    }

    public ValueTask DisposeAsync() => storage.DisposeAsync();

    [Fact]
    public async Task A_version_that_was_deleted_meanwhile_stays_destroyed_and_the_others_are_rewrapped()
    {
        var versions = await WriteAsync("ONE", "TWO");
        await storage.DeleteSecretAsync(environment, versions[0].SecretId);

        Assert.Equal(1, await RewrapAsync(versions));

        var rows = Rows();
        Assert.Equal([DBNull.Value, kek.Id], new[] { rows[versions[0].SecretId], rows[versions[1].SecretId] }.Select(row => row[1]));
        Assert.Equal(DBNull.Value, rows[versions[0].SecretId][2]);
    }

    [Fact]
    public async Task A_late_batch_of_a_node_that_lost_the_work_does_not_change_rewrapped_versions()
    {
        var versions = await WriteAsync("ONE", "TWO", "THREE");
        Assert.Equal(3, await RewrapAsync(versions));
        var before = Rows();

        Assert.Equal(0, await RewrapAsync(versions));

        Assert.Equal(before.Select(row => Text(row.Value)), Rows().Select(row => Text(row.Value)));
    }

    [Fact]
    public async Task A_late_batch_after_another_rotation_leaves_the_versions_under_the_newest_KEK()
    {
        var versions = await WriteAsync("ONE");
        await RewrapAsync(versions);
        await storage.WriteAsync(transaction => DataKeyTable.RewrapAsync(
            transaction, kek.Id, "kek_3", [New(versions[0], (byte[])Rows()[versions[0].SecretId][2])]));

        Assert.Equal(0, await RewrapAsync(versions));

        Assert.Equal("kek_3", Rows()[versions[0].SecretId][1]);
    }

    [Fact]
    public async Task One_node_at_a_time_has_the_work_and_another_can_take_it_when_its_reservation_ends()
    {
        var hold = TimeSpan.FromSeconds(15);
        Assert.False(await TakeAsync("node_a"));
        await storage.WriteAsync(transaction => KekRetirement.RetireAsync(transaction, kek.Id));

        Assert.True(await TakeAsync("node_a"));
        Assert.True(await TakeAsync("node_a"));
        Assert.False(await TakeAsync("node_b"));
        await storage.AdvanceAsync(hold);
        Assert.False(await TakeAsync("node_b"));
        await storage.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.True(await TakeAsync("node_b"));
        Assert.False(await TakeAsync("node_a"));

        Task<bool> TakeAsync(string worker) => storage.WriteAsync(transaction => KekRetirement.TakeWorkAsync(transaction, kek.Id, worker, hold));
    }

    [Fact]
    public async Task A_KEK_is_rewrapped_only_from_the_master_key_that_was_read()
    {
        Assert.True(await MoveAsync(kek, "mk_2"));
        Assert.False(await MoveAsync(kek, "mk_3"));
        var moved = await storage.ReadAsync(session => KekTable.FindAsync(session, kek.Id));
        Assert.Equal(("mk_2", KekStates.Active), (moved!.MasterKeyId, moved.State));

        await storage.WriteAsync(transaction => KekRetirement.DestroyAllAsync(transaction, kek.ProjectId));
        Assert.False(await MoveAsync(moved, "mk_3"));

        Task<bool> MoveAsync(KekRow row, string masterKeyId) =>
            storage.WriteAsync(transaction => KekTable.RewrapAsync(transaction, row, masterKeyId, TestStorage.NewWrappedKey()));
    }

    private async Task<List<NewVersion>> WriteAsync(params string[] keys)
    {
        var versions = new List<NewVersion>();
        foreach (var key in keys)
        {
            versions.Add(await storage.WriteVersionAsync(environment, key));
        }

        return versions;
    }

    // TestStorage writes its versions under kek_1.
    private Task<int> RewrapAsync(List<NewVersion> versions) => storage.WriteAsync(transaction =>
        DataKeyTable.RewrapAsync(transaction, "kek_1", kek.Id, versions.ConvertAll(New)));

    private static RewrappedDataKey New(NewVersion version) => New(version, version.WrappedDataKey);

    private static RewrappedDataKey New(NewVersion version, byte[] before) =>
        new(new VersionId(version.SecretId, version.Version), before, TestStorage.NewWrappedKey());

    private Dictionary<string, object[]> Rows()
    {
        using var direct = storage.ConnectDirectly();
        return direct.All("SELECT secret_id, kek_id, wrapped_data_key, ciphertext FROM secret_versions ORDER BY secret_id")
            .ToDictionary(row => (string)row[0]);
    }

    private static string Text(object[] row) =>
        string.Join('|', row.Select(cell => cell is byte[] bytes ? Convert.ToHexString(bytes) : cell.ToString()));
}
