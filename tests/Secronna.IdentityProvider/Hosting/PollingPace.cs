using System.Collections.Concurrent;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>
/// Whether a device polls too fast. Each slow_down lengthens its interval, for this and all later polls (RFC 8628,
/// section 3.5), so a client that does not slow down never gets its token.
/// </summary>
internal sealed class PollingPace(ProviderOptions options)
{
    private readonly ConcurrentDictionary<string, Poll> polls = new(StringComparer.Ordinal);

    /// <summary>Takes note of a poll now, and says whether it came too soon after the one before.</summary>
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
