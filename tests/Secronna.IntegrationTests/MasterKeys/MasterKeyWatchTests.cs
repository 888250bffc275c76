using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Health;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>Readiness follows the master keys (S11). The watch calls providers no more often than necessary, and readiness waits for none.</summary>
public sealed class MasterKeyWatchTests : IAsyncLifetime
{
    private readonly ScriptedProvider provider = new("mk_1", "mk_2");
    private readonly QuickClock clock = new();
    private TestDatabase database = null!;
    private TestNode node = null!;

    private HealthProbe Probe => node.Get<HealthProbe>();

    private MasterKeyWatch Watch => node.Get<MasterKeyWatch>();

    public async ValueTask InitializeAsync()
    {
        database = await TestEngine.Current.NewDatabaseAsync();
        node = await TestNode.OpenAsync(database, provider, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await Probe.StopAsync(CancellationToken.None);
        await node.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_node_whose_key_is_missing_is_not_ready_and_names_it_until_it_is_back()
    {
        await Probe.StartAsync(CancellationToken.None);
        await Until.HoldsAsync("readiness", () => Probe.Problem is null);

        provider.Ids = ["mk_2"];
        await Until.HoldsAsync("the loss", () => Probe.Problem is not null);
        Assert.Contains("master key mk_1 is missing", Probe.Problem, StringComparison.Ordinal);
        Assert.Contains(node.Log.Lines, line => line.Contains("mk_1; found: mk_2", StringComparison.Ordinal));

        provider.Ids = ["mk_1", "mk_2"];
        await Until.HoldsAsync(
            "readiness again",
            () =>
            {
                clock.Skip(TimeSpan.FromSeconds(1));
                return Probe.Problem is null;
            });
    }

    [Fact]
    public async Task A_node_whose_provider_is_silent_is_not_ready_and_does_not_name_the_provider()
    {
        await Probe.StartAsync(CancellationToken.None);
        await Until.HoldsAsync("readiness", () => Probe.Problem is null);

        provider.BeSilent();
        await Until.HoldsAsync("the silence", () => Probe.Problem is not null);
        Assert.DoesNotContain("script", Probe.Problem, StringComparison.Ordinal);

        provider.Heal();
        await Until.HoldsAsync("readiness again", () => Probe.Problem is null);
    }

    [Fact]
    public async Task A_provider_is_asked_at_its_refresh_interval_and_at_every_look_while_a_key_is_missing()
    {
        provider.RefreshInterval = TimeSpan.FromMinutes(1);
        Assert.Null(await Watch.CheckAsync());
        var calls = provider.Calls;
        for (var look = 0; look < 11; look++)
        {
            clock.Skip(TimeSpan.FromSeconds(5));
            Assert.Null(await Watch.CheckAsync());
        }

        Assert.Equal(calls, provider.Calls);
        clock.Skip(TimeSpan.FromSeconds(5));
        Assert.Null(await Watch.CheckAsync());
        Assert.Equal(calls + 2, provider.Calls);

        provider.Ids = ["mk_2"];
        clock.Skip(TimeSpan.FromMinutes(1));
        Assert.IsType<MasterKeyMissingException>(await Watch.CheckAsync());
        var lists = provider.Lists;
        Assert.IsType<MasterKeyMissingException>(await Watch.CheckAsync());
        Assert.True(provider.Lists > lists);
    }

    [Fact]
    public async Task A_newly_announced_key_is_tried_at_the_next_look_and_reported_as_usable()
    {
        provider.RefreshInterval = TimeSpan.FromMinutes(1);
        await Watch.CheckAsync();
        Assert.Equal(["mk_1"], Watch.UsableIds);

        await AnnounceAsync("mk_2");
        await AnnounceAsync("mk_9");
        Assert.Null(await Watch.CheckAsync());

        Assert.Equal(["mk_1", "mk_2"], Watch.UsableIds.Order(StringComparer.Ordinal));
        Assert.Contains(node.Log.Lines, line => line.Contains("mk_9", StringComparison.Ordinal));
        provider.Ids = ["mk_1"];
        clock.Skip(TimeSpan.FromMinutes(1));
        await Watch.CheckAsync();
        Assert.Equal(["mk_1"], Watch.UsableIds);
    }

    [Fact]
    public async Task A_hanging_provider_that_ignores_cancellation_does_not_stop_the_heartbeat()
    {
        await Probe.StartAsync(CancellationToken.None);
        await Until.HoldsAsync("readiness", () => Probe.Problem is null);
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        provider.Before = (_, _, _) => hangs.Task;

        await Until.HoldsAsync("the problem", () => Probe.Problem is not null);
        var seen = await SeenAsync();
        await Until.HoldsAsync("a further heartbeat", async () => await SeenAsync() > seen);
        Assert.Contains("the server's log says why", Probe.Problem, StringComparison.Ordinal);

        hangs.SetResult();
        await Until.HoldsAsync("readiness again", () => Probe.Problem is null);
    }

    [Fact]
    public async Task Readiness_requests_do_not_call_the_provider()
    {
        provider.RefreshInterval = TimeSpan.FromMinutes(1);
        await Probe.StartAsync(CancellationToken.None);
        await Until.HoldsAsync("readiness", () => Probe.Problem is null);
        var calls = provider.Calls;

        for (var i = 0; i < 1_000; i++)
        {
            Assert.Null(Probe.Problem);
        }

        Assert.Equal(calls, provider.Calls);
    }

    private async Task AnnounceAsync(string id) =>
        await node.Database.WriteAsync(id, static async (transaction, id) =>
        {
            await using var insert = transaction.Prepare("INSERT INTO master_keys (id, created_at) VALUES ($1, now_us())");
            return await insert.Bind(id).ExecuteAsync();
        });

    private async Task<long> SeenAsync() =>
        Assert.Single(await node.Database.ReadAsync(0, static (session, _) => NodeTable.ListLiveAsync(session))).SeenAt;
}
