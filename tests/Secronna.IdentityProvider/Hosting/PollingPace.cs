using System.Collections.Concurrent;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>
/// Decides whether a device polls too fast. Each <c>slow_down</c> lengthens the interval for this and all later polls (RFC 8628,
/// section 3.5), so a client that does not slow down never gets its token.
/// </summary>
internal sealed class PollingPace(ProviderOptions options)
{
    private readonly ConcurrentDictionary<string, Poll> polls = new(StringComparer.Ordinal);

    /// <summary>Records a poll and returns whether it came too soon after the previous one.</summary>
    public bool IsTooFast(string deviceCode)
    {
        var now = options.TimeProvider.GetUtcNow();
        var poll = polls.AddOrUpdate(
            deviceCode,
            _ => new Poll(now, options.PollingInterval, IsTooFast: false),
            (_, last) => now - last.At < last.Interval
                ? new Poll(now, last.Interval + options.SlowDownStep, IsTooFast: true)
                : new Poll(now, last.Interval, IsTooFast: false));
        return poll.IsTooFast;
    }

    private sealed record Poll(DateTimeOffset At, TimeSpan Interval, bool IsTooFast);
}
