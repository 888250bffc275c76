namespace Secronna.Server.Hosting;

/// <summary>
/// Log lines about starting, stopping, housekeeping and connections. They hold ids and counts, never contents (S16).
/// </summary>
internal static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Information, "Secronna is ready on {Urls}; database {Database}")]
    public static partial void Ready(ILogger log, string urls, string database);

    [LoggerMessage(11, LogLevel.Warning, "The master-key file {File} is in the data folder: whoever copies the folder can read its secrets")]
    public static partial void MasterKeyBesideData(ILogger log, string file);

    [LoggerMessage(40, LogLevel.Information, "The certificate and the master keys were read again (SIGHUP)")]
    public static partial void ReadAgain(ILogger log);

    [LoggerMessage(41, LogLevel.Error, "The master keys could not be read again (SIGHUP); the keys that were read before stay in use: {Reason}")]
    public static partial void NotReadAgain(ILogger log, string reason);

    [LoggerMessage(14, LogLevel.Critical, "{Service} failed, and the server stopped: {ExceptionType}\n{StackTrace}")]
    public static partial void ServiceFailed(ILogger log, string service, string exceptionType, string? stackTrace);

    [LoggerMessage(13, LogLevel.Error, "Housekeeping failed and will be tried again: {Reason}")]
    public static partial void HousekeepingFailed(ILogger log, string reason);

    [LoggerMessage(
        26, LogLevel.Warning,
        "Address {Address} has {Count} connections, the most that one address may have: further connections are refused")]
    public static partial void ConnectionsRefused(ILogger log, string address, int count);

    [LoggerMessage(63, LogLevel.Warning, "{Finding}")]
    public static partial void ProviderSetting(ILogger log, string finding);
}
