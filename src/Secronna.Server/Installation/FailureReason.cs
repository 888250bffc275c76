using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;

namespace Secronna.Server.Installation;

/// <summary>Says what an exception may show in a log, and which exceptions mean that the server can't do its work now.</summary>
internal static class FailureReason
{
    /// <summary>
    /// The reason for a log line. It is the message of the server's own exceptions, which hold no contents (S16). For any other
    /// exception it is only the type, since the message may quote data.
    /// </summary>
    public static string Of(Exception exception) =>
        exception is StorageUnavailableException or SettingsException or MasterKeyException or TimeoutException
            ? exception.Message
            : exception.GetType().Name;

    /// <summary>Whether the database or a master key can't be used now, so that the caller may try again.</summary>
    public static bool IsUnavailability(Exception exception) => exception is StorageUnavailableException or MasterKeyException;
}
