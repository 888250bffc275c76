namespace Secronna.IntegrationTests.Harness;

/// <summary>A clock that runs as the system's does, from another time, and that a test can put ahead; its timers are quick.</summary>
internal sealed class QuickClock(TimeSpan ahead = default, int quickness = 10) : TimeProvider
{
    private long skipped;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead + new TimeSpan(Interlocked.Read(ref skipped));

    public override long GetTimestamp() =>
        System.GetTimestamp() + (Interlocked.Read(ref skipped) * (TimestampFrequency / TimeSpan.TicksPerSecond));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Quick(dueTime), Quick(period));

    /// <summary>So much time passes at once; timers don't notice.</summary>
    public void Skip(TimeSpan time) => Interlocked.Add(ref skipped, time.Ticks);

    private TimeSpan Quick(TimeSpan time) => time > TimeSpan.Zero ? time / quickness : time;
}
