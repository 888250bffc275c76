using System.Data.Common;
using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

/// <summary>S9: whatever races with the destruction of a KEK, no version is left under a destroyed one. Two nodes.</summary>
public sealed class KekDestructionTests : IAsyncLifetime
{
    private const string Waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

    private TestStorage storage = null!;
    private Database node = null!;
    private ProjectRow project = null!;
    private EnvironmentRow environment = null!;
    private KekRow kek = null!;

    private static bool IsPostgres => TestEngine.Current is PostgresTestEngine;

    public async ValueTask InitializeAsync()
    {
        storage = await TestStorage.CreateAsync();
        node = await storage.OpenAsync();
        project = await storage.AddProjectAsync("web");
        environment = await storage.AddEnvironmentAsync(project);
        kek = await storage.AddKekAsync(project);
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await storage.DisposeAsync();
    }

    [Fact]
    public async Task Retirement_waits_for_a_writer_that_holds_the_KEK_and_its_version_keeps_the_KEK_from_being_destroyed()
    {
        await using var writer = new StoppedWriter(storage, transaction => WriteVersionAsync(transaction, "KEY"), kek.Id);
        await writer.HoldsAsync();

        var end = RetireAndDestroyAsync(node);

        await IsWaitedForAsync(end);
        writer.GoOn();
        Assert.True(await writer.Done);
        Assert.False(await end);
        Assert.Equal("retiring", State());
        NoVersionIsUnderADestroyedKek();
    }

    [Fact]
    public async Task A_writer_that_comes_after_the_retirement_is_told_so_and_writes_nothing_under_it()
    {
        Assert.True(await RetireAndDestroyAsync(node));

        await using var writer = new StoppedWriter(storage, transaction => WriteVersionAsync(transaction, "KEY"), kek.Id);
        writer.GoOn();

        Assert.False(await writer.Done);
        Assert.Equal("destroyed", State());
        NoVersionIsUnderADestroyedKek();
    }

    [Fact]
    public async Task A_writer_that_waits_behind_the_retirement_is_told_so()
    {
        await using var retirement = new StoppedWriter(storage, kek.Id, KekTable.RetireAsync);
        await retirement.HoldsAsync();

        var late = node.WriteAsync(kek.Id, static (transaction, id) => KekTable.LockActiveAsync(transaction, id));

        await IsWaitedForAsync(late);
        retirement.GoOn();
        Assert.True(await retirement.Done);
        Assert.False(await late);
    }

    [Fact]
    [Trait(TestEngine.Trait, TestEngine.PostgreSql)]
    public async Task Destruction_waits_for_whoever_holds_the_row_and_looks_again_after_that()
    {
        Assert.True(await RetireAsync(node));
        Task<bool> destruction;
        using (var holder = storage.Stranger())
        {
            holder.Run("BEGIN");
            holder.Run("SELECT 1 FROM project_keys WHERE id = @id FOR KEY SHARE", ("@id", kek.Id));
            destruction = DestroyAsync(node);
            await IsWaitedForAsync(destruction);
            await InsertVersionAsync(holder);
            holder.Run("COMMIT");
        }

        Assert.False(await destruction);
        Assert.Equal("retiring", State());
        NoVersionIsUnderADestroyedKek();
    }

    [Fact]
    public async Task A_KEK_is_destroyed_only_when_it_is_retiring_and_nothing_is_under_it_not_even_what_is_yet_to_be_purged()
    {
        var version = await WriteAsync("KEY");
        Assert.False(await DestroyAsync(node));
        Assert.Equal("active", State());

        Assert.True(await RetireAsync(node));
        Assert.False(await RetireAsync(node));
        Assert.False(await DestroyAsync(node));

        await storage.WriteAsync(transaction => SecretTable.MarkDeletedAsync(transaction, environment.Id, [version.SecretId], "key_1", storage.Now + 1));
        Assert.False(await DestroyAsync(node));
        Assert.Equal("retiring", State());

        await storage.PurgeAllAsync();
        Assert.True(await DestroyAsync(node));
        Assert.Equal("destroyed", State());
        Assert.False(await DestroyAsync(node));
    }

    [Fact]
    public async Task Of_many_that_destroy_at_once_one_does()
    {
        await RetireAsync(node);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => DestroyAsync(i % 2 == 0 ? node : storage.Database)));

        Assert.Equal(1, outcomes.Count(isDestroyed => isDestroyed));
    }

    [Fact]
    public async Task Of_many_that_retire_at_once_one_does()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => RetireAsync(i % 2 == 0 ? node : storage.Database)));

        Assert.Equal(1, outcomes.Count(isRetired => isRetired));
    }

    private async ValueTask<bool> WriteVersionAsync(Transaction transaction, string key)
    {
        var id = "sec_" + key;
        await VersionTable.MintAsync(transaction, environment, [NewVersion(id, key)], storage.Now);
        return true;
    }

    private async Task<NewVersion> WriteAsync(string key)
    {
        Assert.True(await storage.WriteAsync(transaction => WriteVersionAsync(transaction, key)));
        return NewVersion("sec_" + key, key);
    }

    private NewVersion NewVersion(string secretId, string key) => new(
        secretId, key, 1, kek.Id, RandomNumberGenerator.GetBytes(78), RandomNumberGenerator.GetBytes(90), VersionKinds.Written, "key_1", null);

    private async Task InsertVersionAsync(DbConnection holder)
    {
        var version = await storage.WriteVersionAsync(environment, "KEY");
        holder.Run("UPDATE secret_versions SET kek_id = @kek WHERE secret_id = @id", ("@kek", kek.Id), ("@id", version.SecretId));
    }

    private async Task<bool> RetireAndDestroyAsync(Database by) => await RetireAsync(by) && await DestroyAsync(by);

    private Task<bool> RetireAsync(Database by) =>
        by.WriteAsync(kek.Id, static (transaction, id) => KekTable.RetireAsync(transaction, id));

    private Task<bool> DestroyAsync(Database by) =>
        by.WriteAsync(kek.Id, static (transaction, id) => KekTable.DestroyAsync(transaction, id));

    // SQLite has no place that says who waits: its one writer at a time is held at the gate.
    private async Task IsWaitedForAsync(Task late)
    {
        using var stranger = storage.Stranger();
        await Until.HoldsAsync("someone who waits", () => !IsPostgres || late.IsCompleted || stranger.One<long>(Waiting) > 0);
        Assert.False(late.IsCompleted);
    }

    private string State()
    {
        using var stranger = storage.Stranger();
        return stranger.One<string>("SELECT state FROM project_keys WHERE id = @id", ("@id", kek.Id));
    }

    private void NoVersionIsUnderADestroyedKek()
    {
        using var stranger = storage.Stranger();
        Assert.Empty(stranger.All(
            "SELECT v.secret_id FROM secret_versions v JOIN project_keys k ON k.id = v.kek_id WHERE k.state = 'destroyed'"));
    }
}
