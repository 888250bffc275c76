namespace Secronna.Server.Http;

/// <summary>Log lines about requests that failed in the server. They hold ids and counts, never contents (S16).</summary>
internal static partial class HttpLog
{
    [LoggerMessage(4, LogLevel.Error, "Request {RequestId} could not be served: {Reason}")]
    public static partial void Unavailable(ILogger log, string requestId, string reason);

    [LoggerMessage(5, LogLevel.Error, "Request {RequestId} broke: {ExceptionType}\n{StackTrace}")]
    public static partial void Broke(ILogger log, string requestId, string exceptionType, string? stackTrace);
}
