namespace Secronna.Storage.Engine;

/// <summary>
/// Judges the clock that gives instants. The storage asks before each commit, so that nothing becomes durable with an instant of a
/// clock that is not believed.
/// </summary>
public abstract class ClockJudge
{
    /// <summary>The readings that are believed at this moment; <c>null</c> while every reading is believed.</summary>
    public abstract ClockRange? Believed { get; }

    /// <summary>Says why a reading is not believed, in words for callers and operators.</summary>
    /// <param name="reading">The reading, in microseconds since 1970.</param>
    public abstract string Explain(long reading);

    /// <summary>Takes note that a transaction with audit entries was committed.</summary>
    /// <param name="reading">What the clock showed just before the commit, in microseconds since 1970.</param>
    public abstract void NoteRecorded(long reading);

    /// <summary>The refusal of a commit at this reading.</summary>
    internal StorageUnavailableException Refuse(long reading) => new(Explain(reading)) { IsClock = true };
}

/// <summary>A range of readings of the clock, both ends included, in microseconds since 1970.</summary>
public readonly record struct ClockRange(long Earliest, long Latest)
{
    /// <summary>Whether the range has a reading.</summary>
    public bool Contains(long reading) => reading >= Earliest && reading <= Latest;
}
