using System.Collections.Concurrent;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>Cached credentials and allowlist entries are no older than S22 allows.</summary>
public sealed class AccessCacheTests(SharedServer shared)
{
    [Fact]
    public async Task An_allowlist_entry_whose_read_took_too_long_is_read_again()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var database = workspace.Server.Installation.Database;
        var clock = new SteppingClock();
        var cache = new AccessCache(database, clock);
        Assert.False(await cache.IsAllowedAsync("acc_other"));

        // The cache reads the clock when it looks for a cached entry, when it begins to read the database, and after the read.
        // At the third reading the workspace is denied and the read turns out to have taken too long.
        clock.AtReading(3, () =>
        {
            TestServer.DenyAsync(database, workspace.Id).Wait();
            clock.Now += TimeSpan.FromMilliseconds(900);
        });

        Assert.False(await cache.IsAllowedAsync(workspace.Id));
    }

    [Fact]
    public async Task A_flood_of_guessed_tokens_delays_only_callers_of_its_own_address()
    {
        const string Flood = "198.51.100.1", Other = "203.0.113.1";
        var database = (await shared.NewWorkspaceAsync()).Server.Installation.Database;
        var cache = new AccessCache(database, new SteppingClock());
        await cache.IsAllowedAsync("acc_other");
        var goOn = new TaskCompletionSource();
        var ended = new ConcurrentQueue<string>();
        var held = Enumerable.Range(0, database.MaxReads).Select(_ => HoldAsync()).ToList();
        var lookups = Enumerable.Repeat(Flood, 200).Append(Other).Select(LookUpAsync).ToList();

        goOn.SetResult();
        await Task.WhenAll([.. held, .. lookups]);

        Assert.InRange(ended.ToList().IndexOf(Other), 0, 40);

        async Task HoldAsync() => await database.ReadAsync(async _ =>
        {
            await goOn.Task;
            return true;
        });

        async Task LookUpAsync(string ip)
        {
            await cache.LookUpAsync("sk_live_ilouilou", ip);
            ended.Enqueue(ip);
        }
    }

    private sealed class SteppingClock : TimeProvider
    {
        private Action? step;
        private int readingsBeforeStep;

        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void AtReading(int reading, Action action) => (readingsBeforeStep, step) = (reading, action);

        public override long GetTimestamp()
        {
            if (--readingsBeforeStep == 0)
            {
                step!();
            }

            return Now.Ticks;
        }
    }
}
