using System.Buffers;
using System.Buffers.Binary;

namespace Secronna.Crypto.Trail;

/// <summary>
/// Up to 256 neighbouring entries of a log in one file (C2SP tlog-tiles): each entry behind its length, which is 16 bits, big
/// endian. The bundle itself doesn't say how many there are: its path does.
/// </summary>
public static class EntryBundle
{
    /// <summary>The most bytes that an entry may have.</summary>
    public const int LargestEntry = ushort.MaxValue;

    private const int LengthSize = sizeof(ushort);

    /// <summary>Appends an entry to a bundle.</summary>
    /// <exception cref="ArgumentException">The entry is larger than 65,535 bytes.</exception>
    public static void Write(IBufferWriter<byte> bundle, ReadOnlySpan<byte> entry)
    {
        if (entry.Length > LargestEntry)
        {
            throw new ArgumentException("An entry has 65,535 bytes at most.", nameof(entry));
        }

        BinaryPrimitives.WriteUInt16BigEndian(bundle.GetSpan(LengthSize), (ushort)entry.Length);
        bundle.Advance(LengthSize);
        bundle.Write(entry);
    }

    /// <summary>Reads the entries of a bundle without copying them. They must be exactly as many, and fill it exactly.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bundle, int count, out IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var read = new List<ReadOnlyMemory<byte>>();
        while (read.Count < count && TryNext(bundle.Span, out var length))
        {
            read.Add(bundle.Slice(LengthSize, length));
            bundle = bundle[(LengthSize + length)..];
        }

        var isExact = read.Count == count && bundle.IsEmpty;
        entries = isExact ? read : [];
        return isExact;
    }

    /// <summary>
    /// Hashes the entries of a bundle as leaves, which gives the tile of level 0 that belongs to it. The entries must be exactly as
    /// many as the hashes that there is room for, and fill the bundle exactly.
    /// </summary>
    /// <exception cref="ArgumentException">The room for the hashes is no multiple of 32 bytes.</exception>
    public static bool TryHash(ReadOnlySpan<byte> bundle, Span<byte> leafHashes)
    {
        if (leafHashes.Length % TreeHash.Size != 0)
        {
            throw new ArgumentException("A hash is 32 bytes long.", nameof(leafHashes));
        }

        while (!leafHashes.IsEmpty && TryNext(bundle, out var length))
        {
            TreeHasher.HashLeaf(bundle.Slice(LengthSize, length), leafHashes[..TreeHash.Size]);
            leafHashes = leafHashes[TreeHash.Size..];
            bundle = bundle[(LengthSize + length)..];
        }

        return leafHashes.IsEmpty && bundle.IsEmpty;
    }

    private static bool TryNext(ReadOnlySpan<byte> bundle, out ushort length) =>
        BinaryPrimitives.TryReadUInt16BigEndian(bundle, out length) && bundle.Length - LengthSize >= length;
}
