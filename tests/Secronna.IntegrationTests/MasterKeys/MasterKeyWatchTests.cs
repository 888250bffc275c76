using Secronna.IntegrationTests.Engines;
using Secronna.IntegrationTests.Http;
using Secronna.IntegrationTests.Nodes;
using Secronna.Server.Features.Health;
using Secronna.Server.MasterKeys;
using Secronna.Storage;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>Readiness follows the master keys (S11), asks providers no more than it should, and waits for none.</summary>
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
    public async Task A_node_whose_key_is_gone_is_not_ready_by_its_id_until_the_key_is_back()
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
    public async Task A_node_whose_provider_is_silent_is_not_ready_and_says_no_more_to_who_asks()
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
    public async Task A_provider_is_asked_as_often_as_it_says_and_each_time_while_something_is_wrong()
    {
        provider.LookEvery = TimeSpan.FromMinutes(1);
        Assert.Null(await Watch.LookAsync());
        var calls = provider.Calls;
        for (var look = 0; look < 11; look++)
        {
            clock.Skip(TimeSpan.FromSeconds(5));
            Assert.Null(await Watch.LookAsync());
        }

        Assert.Equal(calls, provider.Calls);
        clock.Skip(TimeSpan.FromSeconds(5));
        Assert.Null(await Watch.LookAsync());
        Assert.Equal(calls + 2, provider.Calls);

        provider.Ids = ["mk_2"];
        clock.Skip(TimeSpan.FromMinutes(1));
        Assert.IsType<MasterKeyMissingException>(await Watch.LookAsync());
        var lists = provider.Lists;
        Assert.IsType<MasterKeyMissingException>(await Watch.LookAsync());
        Assert.True(provider.Lists > lists);
    }

    [Fact]
    public async Task A_key_that_the_installation_is_told_of_is_tried_at_the_next_look_and_announced_as_usable()
    {
        provider.LookEvery = TimeSpan.FromMinutes(1);
        await Watch.LookAsync();
        Assert.Equal(["mk_1"], Watch.UsableIds);

        await AnnounceAsync("mk_2");
        await AnnounceAsync("mk_9");
        Assert.Null(await Watch.LookAsync());

        Assert.Equal(["mk_1", "mk_2"], Watch.UsableIds.Order(StringComparer.Ordinal));
        Assert.Contains(node.Log.Lines, line => line.Contains("mk_9", StringComparison.Ordinal));
        provider.Ids = ["mk_1"];
        clock.Skip(TimeSpan.FromMinutes(1));
        await Watch.LookAsync();
        Assert.Equal(["mk_1"], Watch.UsableIds);
    }

    [Fact]
    public async Task A_provider_that_hangs_and_can_not_be_called_off_does_not_stop_the_node_s_heartbeat()
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
    public async Task Asking_for_readiness_asks_no_provider()
    {
        provider.LookEvery = TimeSpan.FromMinutes(1);
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
        Assert.Single(await node.Database.ReadAsync(0, static (session, _) => Secronna.Storage.Nodes.ListLiveAsync(session))).SeenAt;
}
