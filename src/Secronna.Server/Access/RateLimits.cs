using System.Net;
using System.Threading.RateLimiting;

namespace Secronna.Server.Access;

/// <summary>
/// Rates, kept by this node: values revealed per credential, failed authentications per address. What is kept of a key goes
/// when its allowance has been full for ten seconds, so that many addresses take no memory for long.
/// </summary>
internal sealed class RateLimits(LimitSettings settings) : IDisposable
{
    private const int MostRefillsPerMinute = 60;

    private readonly PartitionedRateLimiter<Caller>? reveals = Create<Caller, (string, string, string)>(
        settings.RevealsPerMinute, caller => (caller.WorkspaceId, caller.ActorType, caller.ActorId));

    private readonly PartitionedRateLimiter<string?>? failures = Create<string?, IPAddress>(
        settings.FailedAuthenticationsPerMinute, AddressBlock.Of);

    /// <summary>Takes so many values from a credential's allowance.</summary>
    /// <returns>RATE_LIMITED when the allowance is used up, for the caller to record (S19); then nothing was taken.</returns>
    public RequestException? TakeReveals(Caller caller, int values) => Take(reveals, settings.RevealsPerMinute, caller, values);

    /// <summary>Counts an authentication that failed.</summary>
    /// <exception cref="RequestException">RATE_LIMITED: too many from this address.</exception>
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

    private static RequestException? Take<T>(PartitionedRateLimiter<T>? limiter, int perMinute, T whose, int count)
    {
        if (limiter is null)
        {
            return null;
        }

        // More than a full allowance can never be had at once: it waits for, and takes, a full one.
        using var lease = limiter.AttemptAcquire(whose, Math.Min(count, perMinute));
        return lease.IsAcquired
            ? null
            : Errors.RateLimited(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1));
    }

    /// <summary>How many come back at a time, and how often: at most once a second, and so many a minute as are set.</summary>
    public static (int Tokens, TimeSpan Period) Refill(int perMinute)
    {
        var tokens = ((perMinute - 1) / MostRefillsPerMinute) + 1;
        return (tokens, TimeSpan.FromMinutes(1) * ((double)tokens / perMinute));
    }

    private static PartitionedRateLimiter<T>? Create<T, TKey>(int perMinute, Func<T, TKey> key)
        where TKey : notnull => perMinute == 0
        ? null
        : PartitionedRateLimiter.Create<T, TKey>(whose => RateLimitPartition.GetTokenBucketLimiter(key(whose), _ => new()
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Refill(perMinute).Tokens,
            ReplenishmentPeriod = Refill(perMinute).Period,
            QueueLimit = 0,
            AutoReplenishment = false,
        }));
}
