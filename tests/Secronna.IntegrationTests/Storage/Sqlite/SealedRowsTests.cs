using Secronna.IntegrationTests.Engines;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Sqlite;

/// <summary>A record sees the rows as they are, although the writer keeps the rows that records have read.</summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class SealedRowsTests
{
    /// <summary>Changes of each table that the look-up reads, each of which the look-up shows.</summary>
    public static TheoryData<string> Changes { get; } =
    [
        "UPDATE projects SET slug = 'other'",
        "UPDATE environments SET require_reason = 1",
        "UPDATE secrets SET deleted_at = 1",
        "UPDATE secret_versions SET wrapped_data_key = x'01'",
        "DELETE FROM secret_versions",
    ];

    [Fact]
    public async Task A_row_is_read_once_while_nothing_changes()
    {
        await using var storage = await TestStorage.CreateAsync();
        var secretId = await AddSecretAsync(storage);
        var row = await LookUpAsync(storage, secretId);
        await storage.AppendAsync(storage.Entry());
        await storage.AllowAsync("acc_b");
        Assert.NotNull(row);
        Assert.Same(row, await LookUpAsync(storage, secretId));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_record_after_a_change_sees_the_change(string change)
    {
        await using var storage = await TestStorage.CreateAsync();
        var secretId = await AddSecretAsync(storage);
        var before = await LookUpAsync(storage, secretId);
        await storage.WriteAsync(transaction => RunAsync(transaction, change));
        AssertChanged(before, await LookUpAsync(storage, secretId));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_record_after_a_change_by_another_connection_sees_the_change(string change)
    {
        await using var storage = await TestStorage.CreateAsync();
        var secretId = await AddSecretAsync(storage);
        var before = await LookUpAsync(storage, secretId);
        await using (var other = storage.ConnectDirectly())
        {
            other.Run(change);
        }

        AssertChanged(before, await LookUpAsync(storage, secretId));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_a_unit_read_before_it_was_undone_is_not_kept(string change)
    {
        await using var storage = await TestStorage.CreateAsync();
        var secretId = await AddSecretAsync(storage);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => storage.WriteAsync(async transaction =>
        {
            await RunAsync(transaction, change);
            await VersionTable.FindSealedAsync(transaction, TestStorage.Workspace, secretId, null);
            throw new TimeZoneNotFoundException();
        }));
        Assert.Equal(await ReadAsync(storage, secretId), Comparable(await LookUpAsync(storage, secretId)));
    }

    [Fact]
    public async Task What_a_record_read_in_a_transaction_that_was_undone_is_not_kept()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var secretId = (await storage.WriteVersionAsync(environment, "KEY")).SecretId;
        storage.Break("INSERT", "trail_segments");
        List<Task> units = [];
        using (WriterHold.Take(storage.Database))
        {
            // Records go first until three quarters of the batch are full, then changes, and then the rest of the records.
            units.AddRange(Enumerable.Range(0, 384).Select(_ => storage.AppendAsync(storage.Entry())));
            units.Add(storage.WriteVersionAsync(environment, "KEY"));
            units.Add(LookUpAsync(storage, secretId));
        }

        foreach (var unit in units)
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => unit);
        }

        storage.Mend("trail_segments");
        Assert.Equal(1, (await LookUpAsync(storage, secretId))!.Version);
    }

    [Fact]
    public async Task A_kept_row_is_not_found_for_another_workspace()
    {
        await using var storage = await TestStorage.CreateAsync();
        var secretId = await AddSecretAsync(storage);
        Assert.NotNull(await LookUpAsync(storage, secretId));
        Assert.Null(await LookUpAsync(storage, secretId, "acc_b"));
        Assert.NotNull(await LookUpAsync(storage, secretId));
    }

    [Fact]
    public async Task A_certain_version_is_not_taken_for_the_current_one()
    {
        await using var storage = await TestStorage.CreateAsync();
        var environment = await storage.AddEnvironmentAsync();
        var secretId = (await storage.WriteVersionsAsync(environment, "KEY", 2))[0].SecretId;
        Assert.Equal(2, (await LookUpAsync(storage, secretId))!.Version);
        Assert.Equal(1, (await LookUpAsync(storage, secretId, version: 1))!.Version);
        Assert.Equal(2, (await LookUpAsync(storage, secretId))!.Version);
    }

    private static async Task<string> AddSecretAsync(TestStorage storage) =>
        (await storage.WriteVersionAsync(await storage.AddEnvironmentAsync(), "KEY")).SecretId;

    private static Task<SealedVersionRow?> LookUpAsync(
        TestStorage storage, string secretId, string workspaceId = TestStorage.Workspace, int? version = null) =>
        storage.Database.RecordAsync((workspaceId, secretId, version), static (session, _, state) =>
            VersionTable.FindSealedAsync(session, state.workspaceId, state.secretId, state.version));

    private static async Task<string> ReadAsync(TestStorage storage, string secretId) => Comparable(await storage.ReadAsync(
        session => VersionTable.FindSealedAsync(session, TestStorage.Workspace, secretId, null)));

    private static async ValueTask RunAsync(Transaction transaction, string sql)
    {
        // The cache of prepared statements needs constants.
        await using var statement = transaction.Prepare(string.Intern(sql));
        await statement.ExecuteAsync();
    }

    private static void AssertChanged(SealedVersionRow? before, SealedVersionRow? after)
    {
        Assert.NotNull(before);
        Assert.NotEqual(Comparable(before), Comparable(after));
    }

    private static string Comparable(SealedVersionRow? row) => row is null
        ? "none"
        : $"{row.Secret} {row.Version} {row.RequiresReason} {Convert.ToHexString(row.WrappedDataKey)} {Convert.ToHexString(row.Ciphertext)}";
}
