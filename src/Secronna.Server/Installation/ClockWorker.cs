using Secronna.Storage.Engine;

namespace Secronna.Server.Installation;

/// <summary>Looks at the clock every second. Nobody tells a node that an operator confirmed the clock.</summary>
internal sealed class ClockWorker(Database database, BelievedClock clock, TimeProvider time, ILogger<ClockWorker> log)
    : PollingWorker(Interval, time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task WorkAsync(bool wasWoken, CancellationToken cancellation)
    {
        switch (await clock.LookAsync(database, cancellation))
        {
            case true:
                ClockLog.Confirmed(log);
                break;
            case false:
                ClockLog.OtherConfirmed(log);
                break;
            default:
                break;
        }
    }

    protected override void LogFailure(Exception exception) => ClockLog.NotRead(log, FailureReason.Of(exception));
}
