using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Times of changes: each takes its environment's row and an instant later than any before it, and is acknowledged only
/// when the clock has passed that instant. So an instant names exactly one state, also where a clock steps back. The clock
/// is the database's, which all nodes share.
/// </summary>
internal static class EnvironmentInstant
{
    // A clock further back than this is wrong; waiting for it would hang its writers.
    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(5);

    /// <summary>Takes the environment's row and an instant; null when the environment is not there.</summary>
    /// <exception cref="RequestException">UNAVAILABLE: the clock is behind.</exception>
    public static async ValueTask<EnvironmentChange?> TakeAsync(Transaction transaction, Caller caller, string environmentId)
    {
        var change = await EnvironmentTable.BeginChangeAsync(transaction, caller.WorkspaceId, environmentId);
        return change is not null && Ahead(change.Instant, change.Clock) > MostAhead
            ? throw Errors.Unavailable("the database's clock is behind the environment's last change: its operator must mend the clock")
            : change;
    }

    /// <summary>
    /// Waits until the clock has passed the instant. It has, where the instant was the clock's own: the commit took longer
    /// than a microsecond. The change is durable already: a clock that was set back is waited for only so long.
    /// </summary>
    public static async ValueTask PassAsync(Database database, TimeProvider time, EnvironmentChange change)
    {
        if (change.Instant <= change.Clock)
        {
            return;
        }

        var began = time.GetTimestamp();
        while (await database.NowAsync() is var now && now <= change.Instant
            && time.GetElapsedTime(began) is var waited && waited < MostAhead)
        {
            // Timers count in milliseconds; one is the least that can be waited for.
            var left = TimeSpan.FromTicks(Math.Min(Ahead(change.Instant, now).Ticks, (MostAhead - waited).Ticks));
            await Task.Delay(left + TimeSpan.FromMilliseconds(1), time);
        }
    }

    /// <summary>
    /// Has the past up to an instant stand before it is read: waits for changes in flight, and lets no later one take an
    /// instant in it, also where the clock steps back. Does nothing where the environment is not there for the caller.
    /// </summary>
    /// <param name="database">Where it is.</param>
    /// <param name="caller">Who reads.</param>
    /// <param name="name">Which environment.</param>
    /// <param name="at">The instant; null is now, which needs none of this.</param>
    /// <param name="actions">What makes the environment show.</param>
    /// <param name="field">How the caller named the instant.</param>
    /// <exception cref="RequestException">VALIDATION_ERROR: it is in the future.</exception>
    public static async ValueTask SettleAsync(
        Database database, Caller caller, EnvironmentReference name, Instant? at, GrantActions actions, string field = "at")
    {
        if (at is not { Microseconds: var instant })
        {
            return;
        }

        var found = await database.ReadAsync((caller.WorkspaceId, name), static (session, it) =>
            it.name.FindAsync(session, it.WorkspaceId));
        if (found.VisibleTo(caller, actions) is not { } environment || instant <= Math.Max(environment.ChangedAt, environment.SettledTo))
        {
            return;
        }

        var now = await database.NowAsync();
        if (instant > now)
        {
            throw Errors.Invalid(field, $"is in the future: by the server's clock it is {new Instant(now)}");
        }

        await database.WriteAsync((environment.Id, instant), static async (transaction, it) =>
        {
            await EnvironmentTable.SettleAsync(transaction, it.Id, it.instant);
            return true;
        });
    }

    private static TimeSpan Ahead(long instant, long clock) =>
        TimeSpan.FromMicroseconds(Math.Clamp((double)instant - clock, 0, TimeSpan.MicrosecondsPerDay));
}
