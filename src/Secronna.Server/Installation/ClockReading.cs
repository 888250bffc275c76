namespace Secronna.Server.Installation;

/// <summary>What two clocks showed at one moment, in microseconds.</summary>
/// <param name="Wall">The wall clock that gives instants, since 1970.</param>
/// <param name="Steady">The clock that nobody sets and that runs through sleep, since any moment.</param>
internal sealed record ClockReading(long Wall, long Steady)
{
    /// <summary>The difference of the two clocks. It changes only when the wall clock is set, or runs faster or slower.</summary>
    public long Offset => Wall - Steady;
}
