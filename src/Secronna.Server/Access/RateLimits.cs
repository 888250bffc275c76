using System.Net;
using System.Threading.RateLimiting;

namespace Secronna.Server.Access;

/// <summary>
/// Limits rates on this node: values revealed per credential, and failed authentications per address. The limiter of a credential
/// or an address is dropped when its allowance has been full for ten seconds, so that many addresses don't fill the memory.
/// </summary>
internal sealed class RateLimits(LimitSettings settings) : IDisposable
{
    private const int MaxRefillsPerMinute = 60;

    private readonly PartitionedRateLimiter<Caller>? reveals = Create<Caller, (string, string, string)>(
        settings.RevealsPerMinute, caller => (caller.WorkspaceId, caller.ActorType, caller.ActorId));

    private readonly PartitionedRateLimiter<string?>? failures = Create<string?, IPAddress>(
        settings.FailedAuthenticationsPerMinute, AddressBlock.Of);

    /// <summary>Takes a number of values from a credential's allowance.</summary>
    /// <returns>
    /// <c>null</c> if the values were taken. If the allowance is used up, nothing is taken, and the refusal RATE_LIMITED is
    /// returned. The service must record it (S19) and throw it.
    /// </returns>
    public RequestException? TakeReveals(Caller caller, int values) => Take(reveals, settings.RevealsPerMinute, caller, values);

    /// <summary>Counts a failed authentication.</summary>
    /// <param name="ip">The client's address. All unknown addresses are counted as one.</param>
    /// <exception cref="RequestException">RATE_LIMITED: too many failed authentications came from this address.</exception>
    public void CountFailedAuthentication(string? ip)
    {
        if (Take(failures, settings.FailedAuthenticationsPerMinute, ip, 1) is { } limited)
        {
            throw limited;
        }
    }

    public void Dispose()
    {
        reveals?.Dispose();
        failures?.Dispose();
    }

    private static RequestException? Take<T>(PartitionedRateLimiter<T>? limiter, int perMinute, T owner, int count)
    {
        if (limiter is null)
        {
            return null;
        }

        // The limiter never grants more than a full allowance. A request for more values needs a full allowance, and takes all of
        // it.
        using var lease = limiter.AttemptAcquire(owner, Math.Min(count, perMinute));
        return lease.IsAcquired
            ? null
            : Errors.RateLimited(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1));
    }

    /// <summary>How an allowance is refilled: at most once a second, at the rate that is set.</summary>
    /// <param name="perMinute">The rate, which is at least 1.</param>
    /// <returns>How many tokens each refill adds, and the time between two refills.</returns>
    public static (int Tokens, TimeSpan Period) Refill(int perMinute)
    {
        var tokens = ((perMinute - 1) / MaxRefillsPerMinute) + 1;
        return (tokens, TimeSpan.FromMinutes(1) * ((double)tokens / perMinute));
    }

    private static PartitionedRateLimiter<T>? Create<T, TKey>(int perMinute, Func<T, TKey> keyOf)
        where TKey : notnull => perMinute == 0
        ? null
        : PartitionedRateLimiter.Create<T, TKey>(owner => RateLimitPartition.GetTokenBucketLimiter(keyOf(owner), _ => new()
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Refill(perMinute).Tokens,
            ReplenishmentPeriod = Refill(perMinute).Period,
            QueueLimit = 0,
            AutoReplenishment = false,
        }));
}
