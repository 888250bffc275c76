using System.Buffers.Binary;

namespace Secronna.Storage.Engine;

/// <summary>
/// Entries of one workspace that are written as one row. The row's <c>entries</c> are the entries' bytes, each behind its length in
/// 16 bits, big-endian.
/// </summary>
/// <param name="Offset">How many entries of the same commit and workspace are in earlier segments.</param>
/// <param name="Count">The number of entries.</param>
/// <param name="NotBefore">The segment's time is not before this one. Microseconds since 1970.</param>
/// <param name="Entries">The packed entries.</param>
internal sealed record NewSegment(long Offset, int Count, long NotBefore, byte[] Entries)
{
    /// <summary>The most bytes of a row's entries. A single entry may be larger.</summary>
    public const int MaxBytes = 64 * 1_024;

    private const int LengthBytes = 2;

    /// <summary>Packs the entries of one commit and one workspace into as few segments as hold them, in their order.</summary>
    public static List<NewSegment> Pack(IReadOnlyList<EncodedEntry> entries)
    {
        var segments = new List<NewSegment>();
        var first = 0;
        while (first < entries.Count)
        {
            var segment = Fill(entries, first);
            segments.Add(segment);
            first += segment.Count;
        }

        return segments;
    }

    private static NewSegment Fill(IReadOnlyList<EncodedEntry> entries, int first)
    {
        var (end, bytes) = (first + 1, LengthBytes + entries[first].Bytes.Length);
        while (end < entries.Count && bytes + LengthBytes + entries[end].Bytes.Length <= MaxBytes)
        {
            bytes += LengthBytes + entries[end++].Bytes.Length;
        }

        var packed = new byte[bytes];
        var rest = packed.AsSpan();
        var notBefore = 0L;
        for (var i = first; i < end; i++)
        {
            var entry = entries[i].Bytes.Span;
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)entry.Length);
            entry.CopyTo(rest[LengthBytes..]);
            rest = rest[(LengthBytes + entry.Length)..];
            notBefore = Math.Max(notBefore, entries[i].NotBefore);
        }

        return new NewSegment(first, end - first, notBefore, packed);
    }
}
