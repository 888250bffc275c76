using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Gives each change its instant. A change locks its environment's row, and takes an instant after those of all earlier changes.
/// It is acknowledged only when the clock has passed that instant. So an instant names exactly one state, even if the clock steps
/// back. The clock is that of the database, which all nodes share.
/// </summary>
internal static class EnvironmentInstant
{
    // A clock that is further behind the last change is wrong. Waiting for it would hang all writers.
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(5);

    /// <summary>Locks the environment's row for the transaction, and takes an instant for its change.</summary>
    /// <returns>The change; <c>null</c> if the caller's workspace has no such environment.</returns>
    /// <exception cref="RequestException">UNAVAILABLE: the clock is more than 5 seconds behind the last change.</exception>
    public static async ValueTask<EnvironmentChange?> TakeAsync(Transaction transaction, Caller caller, string environmentId)
    {
        var change = await EnvironmentTable.BeginChangeAsync(transaction, caller.WorkspaceId, environmentId);
        return change is not null && LagBehind(change.Instant, change.Clock) > MaxLag
            ? throw Errors.Unavailable(
                "the database's clock is behind the environment's last change: an operator must set the clock right")
            : change;
    }

    /// <summary>
    /// Waits until the clock has passed the instant of a change. If the instant was the clock's own time, there is nothing to
    /// wait for: the commit took longer than a microsecond. Waits at most 5 seconds, because the clock may be set back after the
    /// commit, and the change is durable already.
    /// </summary>
    public static async ValueTask PassAsync(Database database, TimeProvider time, EnvironmentChange change)
    {
        if (change.Instant <= change.Clock)
        {
            return;
        }

        var began = time.GetTimestamp();
        while (await database.NowAsync() is var now && now <= change.Instant
            && time.GetElapsedTime(began) is var waited && waited < MaxLag)
        {
            // Timers count whole milliseconds, and one millisecond is the shortest delay.
            var left = TimeSpan.FromTicks(Math.Min(LagBehind(change.Instant, now).Ticks, (MaxLag - waited).Ticks));
            await Task.Delay(left + TimeSpan.FromMilliseconds(1), time);
        }
    }

    /// <summary>
    /// Settles the past up to an instant, before the state at that instant is read. Waits for running changes. After that, no
    /// change can take an instant in that past, even if the clock steps back. Does nothing if the caller can't see the
    /// environment.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="caller">The caller who reads.</param>
    /// <param name="name">The environment.</param>
    /// <param name="at">The instant; <c>null</c> means now, for which nothing needs to be settled.</param>
    /// <param name="actions">The caller sees the environment if it is granted any of these actions in it.</param>
    /// <param name="field">The name of the field or parameter that holds the instant, for the message.</param>
    /// <exception cref="RequestException">VALIDATION_ERROR: the instant is in the future.</exception>
    public static async ValueTask SettleAsync(
        Database database, Caller caller, EnvironmentReference name, Instant? at, GrantActions actions, string field = "at")
    {
        if (at is not { Microseconds: var instant })
        {
            return;
        }

        var found = await database.ReadAsync(session => name.FindAsync(session, caller.WorkspaceId), caller.Aborted);
        if (found.VisibleTo(caller, actions) is not { } environment || instant <= Math.Max(environment.ChangedAt, environment.SettledTo))
        {
            return;
        }

        var now = await database.NowAsync();
        if (instant > now)
        {
            throw Errors.Invalid(field, $"is in the future: by the server's clock it is {new Instant(now)}");
        }

        await database.WriteAsync(async transaction =>
        {
            await EnvironmentTable.SettleAsync(transaction, environment.Id, instant);
            return true;
        });
    }

    private static TimeSpan LagBehind(long instant, long clock) =>
        TimeSpan.FromMicroseconds(Math.Clamp((double)instant - clock, 0, TimeSpan.MicrosecondsPerDay));
}
