namespace Secronna.Server.Access.Tokens;

/// <summary>Log lines about the identity provider's keys. They hold ids and counts, never contents (S16).</summary>
internal static partial class ProviderLog
{
    [LoggerMessage(21, LogLevel.Warning, "The identity provider's keys could not be fetched: {Reason}")]
    public static partial void ProviderNotReached(ILogger log, string reason);

    [LoggerMessage(27, LogLevel.Warning, "The identity provider publishes no key that can verify tokens: no token is valid")]
    public static partial void ProviderHasNoKeys(ILogger log);

    [LoggerMessage(
        61, LogLevel.Warning,
        "A token names the issuer {Issuer}, which differs from Secronna__Huudis__Issuer only by a slash at the end: set it exactly as tokens name it")]
    public static partial void IssuerDiffersBySlash(ILogger log, string issuer);

    [LoggerMessage(62, LogLevel.Warning, "The token of {ActorId} does not name all groups of its holder; groups that it does not name give no rights")]
    public static partial void GroupsOmitted(ILogger log, string actorId);
}
