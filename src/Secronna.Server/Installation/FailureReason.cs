using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Installation;

/// <summary>What may be said of an exception, and which exceptions mean that the server can't do its work now.</summary>
internal static class FailureReason
{
    /// <summary>
    /// Words for a log line. The messages of our own exceptions hold no contents (S16). Of any other exception only the type is
    /// named, since its message may quote data.
    /// </summary>
    public static string Of(Exception exception) =>
        exception is StorageUnavailableException or SettingsException or MasterKeyException or TimeoutException
            ? exception.Message
            : exception.GetType().Name;

    /// <summary>Whether the database or a master key can't be used now: the caller may try again.</summary>
    public static bool IsUnavailability(Exception exception) => exception is StorageUnavailableException or MasterKeyException;
}
