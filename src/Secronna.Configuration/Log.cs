using Microsoft.Extensions.Logging;
using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>Everything that is logged: names, counts and reasons, never values.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Read {Count} secrets of {Environment}")]
    public static partial void Loaded(ILogger logger, int count, EnvironmentName environment);

    [LoggerMessage(2, LogLevel.Warning, "Going on with {Count} secrets of {Environment}, which is optional: {Reason}")]
    public static partial void LoadedWithout(ILogger logger, int count, EnvironmentName environment, string reason);

    [LoggerMessage(3, LogLevel.Information, "{Environment} changed: it has {Count} secrets")]
    public static partial void Changed(ILogger logger, EnvironmentName environment, int count);

    [LoggerMessage(4, LogLevel.Warning, "The last values of {Environment} stay: {Reason}")]
    public static partial void PollFailed(ILogger logger, EnvironmentName environment, string reason);

    [LoggerMessage(5, LogLevel.Error, "A listener to changes of {Environment} failed: {Kinds}")]
    public static partial void ListenerFailed(ILogger logger, EnvironmentName environment, string kinds);
}
