using Microsoft.Extensions.Logging;
using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>The log lines of the provider. They hold names, counts and reasons, never values.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Read {Count} secrets of {Environment}")]
    public static partial void Loaded(ILogger logger, int count, EnvironmentName environment);

    [LoggerMessage(2, LogLevel.Warning, "Could not load {Environment}, which is optional; going on with {Count} secrets: {Reason}")]
    public static partial void NotLoaded(ILogger logger, int count, EnvironmentName environment, string reason);

    [LoggerMessage(3, LogLevel.Information, "{Environment} changed; it now has {Count} secrets")]
    public static partial void Changed(ILogger logger, EnvironmentName environment, int count);

    [LoggerMessage(4, LogLevel.Warning, "Could not check {Environment} for changes; the last values stay in use: {Reason}")]
    public static partial void PollFailed(ILogger logger, EnvironmentName environment, string reason);

    [LoggerMessage(5, LogLevel.Error, "A listener for changes of {Environment} failed: {ExceptionTypes}")]
    public static partial void ListenerFailed(ILogger logger, EnvironmentName environment, string exceptionTypes);
}
