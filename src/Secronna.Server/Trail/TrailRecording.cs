using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;

namespace Secronna.Server.Trail;

/// <summary>Appends entries to trails. The entries are encoded here, because the storage does not look into them.</summary>
internal static class TrailRecording
{
    /// <summary>Adds an entry to a unit of work, with which it becomes durable.</summary>
    /// <param name="audit">The entries of the unit of work.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="notBefore">
    /// The instant of the change that the entry is about, in microseconds since 1970. The entry's time is not before it.
    /// </param>
    public static void Append(this AuditTrail audit, TrailEntry entry, long notBefore = 0) => audit.Append(Encode(entry, notBefore));

    /// <summary>Records entries, and returns when they are durable (S18).</summary>
    /// <exception cref="StorageUnavailableException">The entries could not be made durable; nothing was kept.</exception>
    public static Task AppendAsync(this Database database, params IEnumerable<TrailEntry> entries) =>
        database.AppendAsync([.. entries.Select(entry => Encode(entry))]);

    /// <summary>Encodes an entry.</summary>
    /// <inheritdoc cref="Append"/>
    public static EncodedEntry Encode(TrailEntry entry, long notBefore = 0) =>
        new(entry.WorkspaceId, TrailEntryFormat.Encode(entry), notBefore, (entry as RequestEntry)?.Receipt);
}
