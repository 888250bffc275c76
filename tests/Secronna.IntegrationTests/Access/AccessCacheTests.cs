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
            await cache.LookUpAsync("sk_live_ilouilou", ip, CancellationToken.None);
            ended.Enqueue(ip);
        }
    }

    [Fact]
    public async Task Beyond_256_waiting_lookups_an_address_is_refused_and_whoever_goes_away_leaves_the_line()
    {
        const string Flood = "198.51.100.1";
        var database = (await shared.NewWorkspaceAsync()).Server.Installation.Database;
        var cache = new AccessCache(database, new SteppingClock());
        using var gone = new CancellationTokenSource();
        var goOn = new TaskCompletionSource();
        var held = Enumerable.Range(0, database.MaxReads).Select(_ => HoldAsync()).ToList();
        var running = Enumerable.Range(0, Math.Max(1, database.MaxReads / 4)).Select(_ => LookUpAsync(CancellationToken.None)).ToList();
        var waiting = Enumerable.Range(0, 256).Select(_ => LookUpAsync(gone.Token)).ToList();

        var refusal = await Assert.ThrowsAsync<ShareUsedUpException>(() => LookUpAsync(CancellationToken.None));
        await gone.CancelAsync();

        Assert.Contains("this address may have at most 256 look-ups waiting at once", refusal.Message, StringComparison.Ordinal);
        foreach (var left in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WaitAsync(Until.Patience));
        }

        goOn.SetResult();
        await Task.WhenAll([.. held, .. running, LookUpAsync(CancellationToken.None)]);

        Task LookUpAsync(CancellationToken cancellation) => cache.LookUpAsync("sk_live_ilouilou", Flood, cancellation).AsTask();

        async Task HoldAsync() => await database.ReadAsync(async _ =>
        {
            await goOn.Task;
            return true;
        });
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
