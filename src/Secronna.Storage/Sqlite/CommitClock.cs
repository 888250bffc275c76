using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Lets a transaction be committed only if the clock is believed. It is asked last, when the transaction has all its instants.
/// </summary>
/// <param name="judge">Judges the clock; <c>null</c> lets every reading be believed.</param>
/// <param name="now">Reads the clock that gives instants, in microseconds since 1970.</param>
internal sealed class CommitClock(ClockJudge? judge, Func<long> now)
{
    /// <summary>Requires that the clock is believed, and returns its reading.</summary>
    /// <exception cref="StorageUnavailableException">The clock is not believed.</exception>
    public long Require()
    {
        // The range is read before the clock. So a process that stands still in between finds the clock ahead of the range by that
        // time, and not behind it.
        var believed = judge?.Believed;
        var reading = now();
        return believed is { } range && !range.Contains(reading) ? throw judge!.Refuse(reading) : reading;
    }

    /// <summary>Takes note that a transaction was committed.</summary>
    /// <param name="reading">The result of <see cref="Require"/>.</param>
    /// <param name="entries">The audit entries of the transaction.</param>
    public void NoteCommitted(long reading, AuditTrail entries)
    {
        if (entries.Count > 0)
        {
            judge?.NoteRecorded(reading);
        }
    }
}
