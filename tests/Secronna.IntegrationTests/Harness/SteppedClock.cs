namespace Secronna.IntegrationTests.Harness;

/// <summary>The system's clock, set wrong by a test. Its timestamps and timers don't notice.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private long offset;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + new TimeSpan(Interlocked.Read(ref offset));

    /// <summary>Sets the clock to this difference from the system's clock.</summary>
    public void SetTo(TimeSpan difference) => Interlocked.Exchange(ref offset, difference.Ticks);
}
