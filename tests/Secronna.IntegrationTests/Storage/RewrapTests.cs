using System.Security.Cryptography;
using Secronna.Protocol;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

/// <summary>Data keys put under another KEK by one node while others move, delete or replace what it read.</summary>
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
    public async Task A_version_that_was_deleted_meanwhile_stays_destroyed_and_the_others_move()
    {
        var versions = await WriteAsync("ONE", "TWO");
        await storage.DeleteSecretAsync(environment, versions[0].SecretId);

        Assert.Equal(1, await RewrapAsync(versions));

        var rows = Rows();
        Assert.Equal([DBNull.Value, kek.Id], new[] { rows[versions[0].SecretId], rows[versions[1].SecretId] }.Select(row => row[1]));
        Assert.Equal(DBNull.Value, rows[versions[0].SecretId][2]);
    }

    [Fact]
    public async Task A_late_batch_of_a_node_that_lost_the_work_changes_nothing_that_was_moved_before()
    {
        var versions = await WriteAsync("ONE", "TWO", "THREE");
        Assert.Equal(3, await RewrapAsync(versions));
        var before = Rows();

        Assert.Equal(0, await RewrapAsync(versions));

        Assert.Equal(before.Select(row => Text(row.Value)), Rows().Select(row => Text(row.Value)));
    }

    [Fact]
    public async Task A_late_batch_after_yet_another_rotation_leaves_the_versions_under_the_newest_KEK()
    {
        var versions = await WriteAsync("ONE");
        await RewrapAsync(versions);
        await storage.WriteAsync(transaction => VersionTable.RewrapAsync(transaction, kek.Id, "kek_3", [New(versions[0], (byte[])Rows()[versions[0].SecretId][2])]));

        Assert.Equal(0, await RewrapAsync(versions));

        Assert.Equal("kek_3", Rows()[versions[0].SecretId][1]);
    }

    [Fact]
    public async Task One_node_at_a_time_has_the_work_and_another_goes_on_when_it_is_silent_for_too_long()
    {
        var hold = TimeSpan.FromSeconds(15);
        Assert.False(await TakeAsync("node_a"));
        await storage.WriteAsync(transaction => KekTable.RetireAsync(transaction, kek.Id));

        Assert.True(await TakeAsync("node_a"));
        Assert.True(await TakeAsync("node_a"));
        Assert.False(await TakeAsync("node_b"));
        await storage.AdvanceAsync(hold);
        Assert.False(await TakeAsync("node_b"));
        await storage.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.True(await TakeAsync("node_b"));
        Assert.False(await TakeAsync("node_a"));

        Task<bool> TakeAsync(string worker) => storage.WriteAsync(transaction => KekTable.TakeAsync(transaction, kek.Id, worker, hold));
    }

    [Fact]
    public async Task A_KEK_goes_under_another_master_key_once_and_never_back_by_a_late_hand()
    {
        Assert.True(await MoveAsync(kek, "mk_2"));
        Assert.False(await MoveAsync(kek, "mk_3"));
        var moved = await storage.ReadAsync(session => KekTable.FindAsync(session, kek.Id));
        Assert.Equal(("mk_2", KekStates.Active), (moved!.MasterKeyId, moved.State));

        await storage.WriteAsync(transaction => KekTable.DestroyAllAsync(transaction, kek.ProjectId));
        Assert.False(await MoveAsync(moved, "mk_3"));

        Task<bool> MoveAsync(KekRow row, string masterKeyId) =>
            storage.WriteAsync(transaction => KekTable.RewrapAsync(transaction, row, masterKeyId, RandomNumberGenerator.GetBytes(78)));
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

    // The versions of TestStorage are under kek_1.
    private Task<int> RewrapAsync(List<NewVersion> versions) => storage.WriteAsync(transaction =>
        VersionTable.RewrapAsync(transaction, "kek_1", kek.Id, versions.ConvertAll(New)));

    private static RewrappedDataKey New(NewVersion version) => New(version, version.WrappedDataKey);

    private static RewrappedDataKey New(NewVersion version, byte[] before) =>
        new(new VersionName(version.SecretId, version.Version), before, RandomNumberGenerator.GetBytes(78));

    private Dictionary<string, object[]> Rows()
    {
        using var stranger = storage.Stranger();
        return stranger.All("SELECT secret_id, kek_id, wrapped_data_key, ciphertext FROM secret_versions ORDER BY secret_id")
            .ToDictionary(row => (string)row[0]);
    }

    private static string Text(object[] row) =>
        string.Join('|', row.Select(cell => cell is byte[] bytes ? Convert.ToHexString(bytes) : cell.ToString()));
}
