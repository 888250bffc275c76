using Secronna.Crypto.Trail;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail;

/// <summary>The entries of a stored segment.</summary>
internal static class SegmentEntries
{
    /// <summary>The bytes of all entries.</summary>
    /// <exception cref="TrailDamagedException">The segment is damaged, or of a format that this program does not know.</exception>
    public static List<ReadOnlyMemory<byte>> UnpackAll(this TrailSegmentRow segment)
    {
        segment.RequireFormat();
        try
        {
            return [.. segment.Unpack()];
        }
        catch (InvalidDataException exception)
        {
            throw new TrailDamagedException(exception.Message, exception);
        }
    }

    /// <summary>Requires that this program can read the entries.</summary>
    /// <exception cref="TrailDamagedException">The segment is of a format that this program does not know.</exception>
    public static void RequireFormat(this TrailSegmentRow segment)
    {
        if (segment.Format != TrailEntryFormat.Format)
        {
            throw new TrailDamagedException(
                $"the audit entries from {segment.FirstSequence} on have format {segment.Format}, which this program does not know");
        }
    }

    /// <summary>Decodes all entries.</summary>
    /// <exception cref="TrailDamagedException">The segment is damaged.</exception>
    public static IEnumerable<RecordedEntry> Decode(this TrailSegmentRow segment, string workspaceId) =>
        segment.UnpackAll().Select((bytes, i) => segment.Decode(workspaceId, segment.FirstSequence + i, bytes.Span));

    /// <summary>Decodes one entry of the segment.</summary>
    /// <exception cref="TrailDamagedException">The entry is damaged.</exception>
    public static RecordedEntry Decode(this TrailSegmentRow segment, string workspaceId, long sequence, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new RecordedEntry(sequence, segment.At, TrailEntryFormat.Decode(workspaceId, bytes));
        }
        catch (FormatException exception)
        {
            throw TrailDamagedException.OfEntry(sequence, exception);
        }
    }
}
