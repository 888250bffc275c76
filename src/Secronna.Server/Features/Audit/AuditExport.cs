using System.Runtime.CompilerServices;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Reading;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Audit;

/// <summary>Reads whole trails, oldest entry first, for the operator.</summary>
internal static class AuditExport
{
    private const int EntriesInRead = 500;

    /// <summary>Reads the entries of a workspace, or of the installation, in a range of time.</summary>
    /// <param name="database">The database.</param>
    /// <param name="workspaceId">The workspace's id, or <see cref="EncodedEntry.Installation"/>.</param>
    /// <param name="from">The earliest time; <c>null</c> for the first entry's.</param>
    /// <param name="to">The latest time; <c>null</c> for the last entry's.</param>
    /// <param name="cancellation">Stops the export.</param>
    /// <exception cref="TrailDamagedException">The trail is damaged.</exception>
    public static async IAsyncEnumerable<AuditResponse> ReadAsync(
        Database database, string workspaceId, Instant? from, Instant? to, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var above = from is { } begin
            ? await database.ReadAsync(session => TrailSegmentTable.FindFirstSinceAsync(session, workspaceId, begin.Microseconds), cancellation) - 1
            : 0;
        await foreach (var entry in ReadAboveAsync(database, workspaceId, above, cancellation))
        {
            if (entry.CreatedAt.Microseconds > to?.Microseconds)
            {
                yield break;
            }

            yield return entry;
        }
    }

    /// <summary>Reads the entries above a sequence number.</summary>
    /// <inheritdoc cref="ReadAsync(Database, string, Instant?, Instant?, CancellationToken)"/>
    public static async IAsyncEnumerable<AuditResponse> ReadAboveAsync(
        Database database, string workspaceId, long above, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (await ReadAsync(database, workspaceId, above, cancellation) is { Entries: { Count: > 0 } entries, Names: var names })
        {
            foreach (var entry in entries)
            {
                yield return AuditService.Convert(entry, names);
            }

            above = entries[^1].Sequence;
        }
    }

    private static ValueTask<(List<RecordedEntry> Entries, EntryNames Names)> ReadAsync(
        Database database, string workspaceId, long above, CancellationToken cancellation) => database.ReadAsync(async session =>
        {
            var entries = await TrailReader.ListAsync(session, workspaceId, above, EntriesInRead);
            return (entries, await EntryNames.FindAsync(session, workspaceId, entries));
        }, cancellation);
}
