using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Tree;

/// <summary>Takes the canonical bytes of an entry. They are valid during the call only.</summary>
internal delegate void CanonicalEntry(ReadOnlySpan<byte> canonical);

/// <summary>Reads the canonical bytes of a trail's entries, which the tree hashes, from the segments.</summary>
internal static class CanonicalReader
{
    private const int SegmentsInRead = 500;

    /// <summary>Reads entries in order, as far as a bounded number of segments holds them.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace of the trail.</param>
    /// <param name="from">The sequence number of the first entry.</param>
    /// <param name="end">The sequence number before which to stop.</param>
    /// <param name="take">Takes each entry.</param>
    /// <returns>The sequence number of the first entry that was not read.</returns>
    /// <exception cref="TrailDamagedException">An entry is missing, or a segment is damaged.</exception>
    public static async ValueTask<long> ReadAsync(Session session, string workspaceId, long from, long end, CanonicalEntry take)
    {
        var next = from;
        byte[] buffer = [];
        await TrailSegmentTable.ReadUpAsync(session, workspaceId, from, SegmentsInRead, segment =>
        {
            if (segment.FirstSequence > next)
            {
                throw new TrailDamagedException($"entry {next} of the audit trail is missing");
            }

            var entries = segment.UnpackAll();
            for (; next <= segment.LastSequence && next < end; next++)
            {
                Take(segment, next, entries[(int)(next - segment.FirstSequence)].Span, ref buffer, take);
            }

            return next < end;
        });
        return next;
    }

    /// <summary>Reads exactly these entries: up to a few hundred.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async ValueTask ReadExactlyAsync(Session session, string workspaceId, long from, long end, CanonicalEntry take)
    {
        if (from < end && await ReadAsync(session, workspaceId, from, end, take) is var next && next < end)
        {
            throw new TrailDamagedException($"entry {next} of the audit trail is missing");
        }
    }

    private static void Take(TrailSegmentRow segment, long sequence, ReadOnlySpan<byte> entry, ref byte[] buffer, CanonicalEntry take)
    {
        var length = TrailEntryFormat.CanonicalLength(entry.Length);
        if (buffer.Length < length)
        {
            buffer = new byte[2 * length];
        }

        TrailEntryFormat.WriteCanonical(sequence, segment.At, entry, buffer);
        take(buffer.AsSpan(0, length));
    }
}
