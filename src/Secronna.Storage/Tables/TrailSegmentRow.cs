using System.Buffers.Binary;

namespace Secronna.Storage.Tables;

/// <summary>A row of a trail: entries that one commit recorded in one workspace.</summary>
/// <param name="FirstSequence">The sequence number of the first entry.</param>
/// <param name="Count">The number of entries.</param>
/// <param name="At">The time of the entries, in microseconds since 1970.</param>
/// <param name="Format">The format of the entries.</param>
/// <param name="Entries">The entries' bytes, each behind its length in 16 bits, big-endian.</param>
public sealed record TrailSegmentRow(long FirstSequence, int Count, long At, int Format, byte[] Entries)
{
    /// <summary>The sequence number of the last entry.</summary>
    public long LastSequence => FirstSequence + Count - 1;

    /// <summary>The bytes of each entry, in order.</summary>
    /// <exception cref="InvalidDataException">The lengths are wrong, or there are not <see cref="Count"/> entries.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Unpack()
    {
        ReadOnlyMemory<byte> rest = Entries;
        for (var i = 0; i < Count; i++)
        {
            var (entry, after) = Split(rest);
            yield return entry;
            rest = after;
        }

        if (rest.Length > 0)
        {
            throw Damaged();
        }
    }

    private (ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> After) Split(ReadOnlyMemory<byte> packed)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(packed.Span, out var length) || packed.Length < sizeof(ushort) + length)
        {
            throw Damaged();
        }

        return (packed.Slice(sizeof(ushort), length), packed[(sizeof(ushort) + length)..]);
    }

    private InvalidDataException Damaged() =>
        new($"the segment of the audit entries from {FirstSequence} on is damaged");
}
