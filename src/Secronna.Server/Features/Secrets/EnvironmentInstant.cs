using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// Times of changes: each takes its environment's row and an instant later than any before it, and is acknowledged only
/// when the clock has passed that instant. So an instant names exactly one state, also where a clock steps back.
/// </summary>
internal static class EnvironmentInstant
{
    // A clock further back than this is wrong; waiting for it would hang its writers.
    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(5);

    /// <summary>Takes the environment's row and an instant; null when the environment is not there.</summary>
    /// <exception cref="RequestException">UNAVAILABLE: the clock is behind.</exception>
    public static async ValueTask<EnvironmentChange?> TakeAsync(
        Transaction transaction, TimeProvider time, Caller caller, string environmentId)
    {
        var clock = Instant.From(time.GetUtcNow());
        var change = await Storage.Environments.BeginChangeAsync(
            transaction, caller.WorkspaceId, environmentId, clock.Microseconds);
        return change is not null && new Instant(change.Instant) - MostAhead > clock
            ? throw Errors.Unavailable("the server's clock is behind the environment's last change: its operator must mend the clock")
            : change;
    }

    /// <summary>
    /// Waits until the clock has passed the instant; nearly always it has. The change is durable already: a clock that
    /// was set back meanwhile is waited for only so long.
    /// </summary>
    public static async ValueTask PassAsync(TimeProvider time, long instant)
    {
        var began = time.GetTimestamp();
        while (Instant.From(time.GetUtcNow()).Microseconds is var now && now <= instant
            && time.GetElapsedTime(began) is var waited && waited < MostAhead)
        {
            // Timers count in milliseconds; one is the least that can be waited for.
            var most = (MostAhead - waited).Ticks / TimeSpan.TicksPerMicrosecond;
            await Task.Delay(TimeSpan.FromMicroseconds(Math.Min(instant - now, most)) + TimeSpan.FromMilliseconds(1), time);
        }
    }
}
