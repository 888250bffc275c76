using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Installation;

/// <summary>
/// The wall clock that gives instants: the database's on PostgreSQL, this program's on SQLite. A server stops reveals and writes
/// while the clock shows a time that can't be right. The clock also judges whether something has expired.
/// </summary>
/// <param name="time">The node's own clock. Its timestamps are the steady clock.</param>
/// <param name="name">What messages call the wall clock.</param>
internal sealed class BelievedClock(TimeProvider time, string name) : ClockJudge
{
    // A reading that took longer is not one of one moment.
    private const long MaxReadingTime = 5_000_000;

    // Entries of other nodes and of commands matter only if the clock is set back right after them.
    private const int LooksForEachSearch = 10;

    private readonly Lock gate = new();
    private volatile ClockBelief? belief;
    private volatile ClockReading last = new(Instant.From(time.GetUtcNow()).Microseconds, SteadyOf(time));
    private ClockAcceptance? seen;
    private long newest;
    private int looks;

    /// <summary>
    /// The time by which expiry is judged: that of the clock, or the instant of the newest entry if that is later. So a clock that
    /// is set back lets nothing live again that has expired.
    /// </summary>
    public DateTimeOffset Now
    {
        get
        {
            var reading = last;
            return new Instant(Math.Max(reading.Wall + SteadyOf(time) - reading.Steady, Interlocked.Read(ref newest))).ToDateTimeOffset();
        }
    }

    public override ClockRange? Believed => belief?.At(SteadyOf(time));

    public override string Explain(long reading) =>
        $"{name} shows {new Instant(reading)}, but {belief?.Against(new ClockReading(reading, SteadyOf(time)))}: nothing is revealed "
        + "or written until the clock is right again, or an operator confirms it with secronna-server clock accept";

    public override void NoteRecorded(long reading)
    {
        lock (gate)
        {
            newest = Math.Max(newest, reading);
        }
    }

    /// <summary>Begins to judge the clock. What it showed last is believed.</summary>
    public void Trust() => Begin(KnownClock.From(last));

    /// <summary>Begins to judge the clock. What it shows first must fit the newest entry.</summary>
    public void CompareWithEntries() => Begin(ClockBelief.AtStart(last, newest, seen));

    /// <summary>Reads the clock, the operator's last confirmation and, from time to time, the instant of the newest entry.</summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellation">Stops the look.</param>
    /// <returns>Whether a confirmation that is new was about this clock; <c>null</c> if there was no new one.</returns>
    public async Task<bool?> LookAsync(Database database, CancellationToken cancellation = default)
    {
        while (true)
        {
            var began = SteadyOf(time);
            var row = await database.ReadAsync(ClockTable.ReadAsync, cancellation);
            var reading = new ClockReading(row.Now, SteadyOf(time));
            if (reading.Steady - began <= MaxReadingTime)
            {
                var isDue = looks++ % LooksForEachSearch == 0 || row.Accepted != seen;
                return Note(reading, row.Accepted, isDue ? await FindNewestAsync(database, cancellation) : 0);
            }
        }
    }

    private static ValueTask<long> FindNewestAsync(Database database, CancellationToken cancellation) =>
        database.ReadAsync(TrailSegmentTable.FindNewestInstantAsync, cancellation);

    private static long SteadyOf(TimeProvider time) => (long)time.GetElapsedTime(0, time.GetTimestamp()).TotalMicroseconds;

    private void Begin(ClockBelief first)
    {
        lock (gate)
        {
            belief = first;
            Follow(last);
        }
    }

    private bool? Note(ClockReading reading, ClockAcceptance? accepted, long newestEntry)
    {
        lock (gate)
        {
            last = reading;
            newest = Math.Max(newest, newestEntry);
            var isConfirmed = Take(accepted, reading);
            Follow(reading);
            return isConfirmed;
        }
    }

    // A confirmation counts once, when it is seen first: it must not confirm later that the clock shows the same time again.
    private bool? Take(ClockAcceptance? accepted, ClockReading reading)
    {
        if (accepted is null || accepted == seen)
        {
            return null;
        }

        seen = accepted;
        if (belief is null || !ClockBelief.Confirms(accepted, reading.Wall))
        {
            return belief is null ? null : false;
        }

        belief = KnownClock.From(reading);
        return true;
    }

    private void Follow(ClockReading reading)
    {
        if (belief is { } current && current.At(reading.Steady).Contains(reading.Wall))
        {
            belief = current.After(reading);
        }
    }
}
