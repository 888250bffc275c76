namespace Secronna.Server.Trail;

/// <summary>A trail in the database is not as it was recorded.</summary>
internal sealed class TrailDamagedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The error for an entry that is not there.</summary>
    public static TrailDamagedException Missing(long sequence) => new($"entry {sequence} of the audit trail is missing");

    /// <summary>The error for an entry that can't be read.</summary>
    public static TrailDamagedException OfEntry(long sequence, Exception inner) =>
        new($"entry {sequence} of the audit trail is damaged: {inner.Message}", inner);
}
