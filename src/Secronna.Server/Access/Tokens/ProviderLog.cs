namespace Secronna.Server.Access.Tokens;

/// <summary>Log lines about the identity provider's keys. They hold ids and counts, never contents (S16).</summary>
internal static partial class ProviderLog
{
    [LoggerMessage(21, LogLevel.Warning, "The identity provider's keys could not be fetched: {Reason}")]
    public static partial void ProviderNotReached(ILogger log, string reason);

    [LoggerMessage(27, LogLevel.Warning, "The identity provider publishes no key that can verify tokens: no token is valid")]
    public static partial void ProviderHasNoKeys(ILogger log);
}
