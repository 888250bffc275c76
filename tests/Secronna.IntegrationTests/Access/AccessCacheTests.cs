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
