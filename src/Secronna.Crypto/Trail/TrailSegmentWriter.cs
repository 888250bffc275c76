using System.Buffers;
using System.Buffers.Binary;

namespace Secronna.Crypto.Trail;

/// <summary>Packs encoded entries into segments. It is used again after <see cref="Clear"/>, and not by two threads at once.</summary>
public sealed class TrailSegmentWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new();

    /// <summary>The number of entries in the segment.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of the segment. They are valid until the next change of the segment.</summary>
    public ReadOnlyMemory<byte> Entries => buffer.WrittenMemory;

    /// <summary>Adds an entry. Returns false if the segment is full. An empty segment takes any entry.</summary>
    /// <exception cref="ArgumentException">The entry is empty or has more than 65,535 bytes.</exception>
    public bool TryAdd(ReadOnlySpan<byte> entry)
    {
        if (entry.Length is 0 or > TrailEntryFormat.MaxMigratedEntryBytes)
        {
            throw new ArgumentException("An entry has 1 to 65,535 bytes.", nameof(entry));
        }

        var size = TrailSegment.LengthSize + entry.Length;
        if (Count > 0 && buffer.WrittenCount + size > TrailSegment.MaxBytes)
        {
            return false;
        }

        var place = buffer.GetSpan(size);
        BinaryPrimitives.WriteUInt16BigEndian(place, (ushort)entry.Length);
        entry.CopyTo(place[TrailSegment.LengthSize..]);
        buffer.Advance(size);
        Count++;
        return true;
    }

    /// <summary>Begins an empty segment.</summary>
    public void Clear()
    {
        buffer.ResetWrittenCount();
        Count = 0;
    }
}
