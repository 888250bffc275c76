using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Installation;

/// <summary>
/// What a node knows about the wall clock that gives instants, and so which of its readings are believed. It is a pure function of
/// what the clocks showed and of what is on record.
/// </summary>
internal abstract record ClockBelief
{
    /// <summary>How far the clock may go back.</summary>
    public static readonly TimeSpan MaxBack = TimeSpan.FromMinutes(5);

    /// <summary>How far the clock may go ahead while the server runs.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromHours(24);

    /// <summary>How much later than the newest entry a server may start.</summary>
    public static readonly TimeSpan MaxIdle = TimeSpan.FromDays(90);

    /// <summary>The belief of a node that begins to serve.</summary>
    /// <param name="reading">What the clocks show.</param>
    /// <param name="newest">The instant of the newest entry, in microseconds since 1970; 0 if there is none.</param>
    /// <param name="accepted">The operator's last confirmation.</param>
    public static ClockBelief AtStart(ClockReading reading, long newest, ClockAcceptance? accepted) => newest switch
    {
        0 => KnownClock.From(reading),
        // The operator knew of the newest entry and said that the clock is right nevertheless: that entry has a false time.
        _ when accepted is not null && newest <= accepted.Newest => new ClockAfterEntries(accepted.At),
        _ => new ClockAfterEntries(newest),
    };

    /// <summary>Whether an operator's confirmation is about what the clock shows now, and not about another time or machine.</summary>
    public static bool Confirms(ClockAcceptance accepted, long wall) => Math.Abs(wall - accepted.At) <= (long)MaxBack.TotalMicroseconds;

    /// <summary>The readings of the wall clock that are believed.</summary>
    /// <param name="steady">What the steady clock shows.</param>
    public abstract ClockRange At(long steady);

    /// <summary>What speaks against a reading that is not believed.</summary>
    public abstract string Against(ClockReading reading);

    /// <summary>The belief after a reading that was believed.</summary>
    public abstract ClockBelief After(ClockReading reading);
}

/// <summary>The clock of a server that has just started must fit the newest entry.</summary>
/// <param name="Newest">The instant of that entry, in microseconds since 1970.</param>
internal sealed record ClockAfterEntries(long Newest) : ClockBelief
{
    public override ClockRange At(long steady) =>
        new(Newest - (long)MaxBack.TotalMicroseconds, Newest + (long)MaxIdle.TotalMicroseconds);

    public override string Against(ClockReading reading) => $"the newest entry of the audit trail is of {new Instant(Newest)}";

    public override ClockBelief After(ClockReading reading) => KnownClock.From(reading);
}

/// <summary>
/// The clock was believed before. From then on its difference from the steady clock may change within limits.
/// </summary>
/// <param name="Lowest">The difference from which the clock may go ahead, in microseconds.</param>
/// <param name="Highest">The difference from which the clock may go back. It is not below <paramref name="Lowest"/>.</param>
/// <param name="Steady">What the steady clock showed at the last reading.</param>
internal sealed record KnownClock(long Lowest, long Highest, long Steady) : ClockBelief
{
    // NTP corrects a clock by at most one part in 2,000. The differences follow the clock twice as fast. So no slow drift adds up to a
    // limit, and a step of 5 minutes is forgotten only after 3 days: smaller steps that add up within days are noticed.
    private const long ElapsedForEachDrift = 1_000;

    /// <summary>The belief after a reading that nothing speaks against, or that an operator confirmed.</summary>
    public static KnownClock From(ClockReading reading) => new(reading.Offset, reading.Offset, reading.Steady);

    public override ClockRange At(long steady) =>
        new(steady + Highest - (long)MaxBack.TotalMicroseconds, steady + Lowest + (long)MaxAhead.TotalMicroseconds);

    public override string Against(ClockReading reading) =>
        $"by the clock that runs through sleep it is {new Instant(reading.Steady + (reading.Offset < Highest ? Highest : Lowest))}";

    public override ClockBelief After(ClockReading reading)
    {
        var drift = Math.Max(0, reading.Steady - Steady) / ElapsedForEachDrift;
        return new KnownClock(
            Math.Min(reading.Offset, Lowest + drift), Math.Max(reading.Offset, Highest - drift), reading.Steady);
    }
}
