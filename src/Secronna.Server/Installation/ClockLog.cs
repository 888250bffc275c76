namespace Secronna.Server.Installation;

/// <summary>Log lines about the clock that gives instants.</summary>
internal static partial class ClockLog
{
    [LoggerMessage(90, LogLevel.Information, "An operator confirmed the clock, and it is believed from now on")]
    public static partial void Confirmed(ILogger log);

    [LoggerMessage(
        91, LogLevel.Warning,
        "An operator confirmed a clock that differs from the one here by more than 5 minutes: it changes nothing here")]
    public static partial void OtherConfirmed(ILogger log);

    [LoggerMessage(92, LogLevel.Warning, "The clock could not be read and will be tried again: {Reason}")]
    public static partial void NotRead(ILogger log, string reason);
}
