using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail;

/// <summary>Takes a stored entry. Its bytes are valid during the call only.</summary>
/// <param name="sequence">The entry's number.</param>
/// <param name="at">The entry's time, in microseconds since 1970.</param>
/// <param name="entry">The encoded entry.</param>
/// <exception cref="FormatException">The bytes are not an entry.</exception>
internal delegate void StoredEntry(long sequence, long at, ReadOnlySpan<byte> entry);

/// <summary>Reads a trail forwards, as followers do.</summary>
internal static class EntryReader
{
    private const int SegmentsInRead = 500;

    /// <summary>Reads entries in order, as far as a bounded number of segments holds them.</summary>
    /// <param name="session">The session.</param>
    /// <param name="workspaceId">The workspace of the trail.</param>
    /// <param name="from">The sequence number of the first entry.</param>
    /// <param name="end">The sequence number before which to stop.</param>
    /// <param name="take">Takes each entry.</param>
    /// <returns>The sequence number of the first entry that was not read.</returns>
    /// <exception cref="TrailDamagedException">An entry is missing or damaged, or a segment has another number of entries than it says.</exception>
    public static async ValueTask<long> ReadAsync(Session session, string workspaceId, long from, long end, StoredEntry take)
    {
        var next = from;
        await TrailSegmentTable.ReadUpAsync(session, workspaceId, from, SegmentsInRead, segment =>
        {
            if (segment.FirstSequence > next)
            {
                throw TrailDamagedException.Missing(next);
            }

            Read(segment, next, end, take);
            next = Math.Min(segment.LastSequence + 1, end);
            return next < end;
        });
        return next;
    }

    private static void Read(TrailSegmentRow segment, long from, long end, StoredEntry take)
    {
        segment.RequireFormat();
        var sequence = segment.FirstSequence;
        try
        {
            foreach (var entry in new TrailSegment(segment.Entries))
            {
                if (sequence >= from && sequence < end)
                {
                    take(sequence, segment.At, entry);
                }

                sequence++;
            }
        }
        catch (FormatException exception)
        {
            throw TrailDamagedException.OfEntry(sequence, exception);
        }

        if (sequence != segment.LastSequence + 1)
        {
            throw new TrailDamagedException($"the segment of the audit entries from {segment.FirstSequence} on is damaged");
        }
    }
}
