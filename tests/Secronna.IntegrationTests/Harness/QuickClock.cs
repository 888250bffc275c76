namespace Secronna.IntegrationTests.Harness;

/// <summary>
/// A clock that runs as fast as the system's clock and is <paramref name="ahead"/> of it. A test can skip time. Timers wait only
/// for the requested time divided by <paramref name="quickness"/>.
/// </summary>
internal sealed class QuickClock(TimeSpan ahead = default, int quickness = 10) : TimeProvider
{
    private long skipped;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead + new TimeSpan(Interlocked.Read(ref skipped));

    public override long GetTimestamp() =>
        System.GetTimestamp() + (Interlocked.Read(ref skipped) * (TimestampFrequency / TimeSpan.TicksPerSecond));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Shorten(dueTime), Shorten(period));

    /// <summary>Puts the clock ahead at once. This does not make timers fire sooner.</summary>
    public void Skip(TimeSpan time) => Interlocked.Add(ref skipped, time.Ticks);

    private TimeSpan Shorten(TimeSpan time) => time > TimeSpan.Zero ? time / quickness : time;
}
