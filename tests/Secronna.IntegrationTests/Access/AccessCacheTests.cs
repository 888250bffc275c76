using Secronna.Server.Access;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>What is remembered of credentials and the allowlist is no older than S22 allows.</summary>
public sealed class AccessCacheTests(SharedServer shared)
{
    [Fact]
    public async Task What_took_too_long_to_read_is_read_again()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var database = workspace.Server.Installation.Database;
        var clock = new SteppingClock();
        var cache = new AccessCache(database, clock);
        Assert.False(await cache.IsAllowedAsync("acc_other"));

        // Denied as soon as it was read, at the look at the clock that finds the read too long; before it come the one that
        // trusts the memory and the one that begins the read.
        clock.At(3, () =>
        {
            TestServer.DenyAsync(database, workspace.Id).Wait();
            clock.Now += TimeSpan.FromMilliseconds(900);
        });

        Assert.False(await cache.IsAllowedAsync(workspace.Id));
    }

    private sealed class SteppingClock : TimeProvider
    {
        private Action? step;
        private int looksBeforeStep;

        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void At(int look, Action does) => (looksBeforeStep, step) = (look, does);

        public override long GetTimestamp()
        {
            if (--looksBeforeStep == 0)
            {
                step!();
            }

            return Now.Ticks;
        }
    }
}
