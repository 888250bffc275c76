using System.Buffers.Binary;
using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>The hashes of up to 256 neighbouring entries, computed from the entries.</summary>
/// <param name="Hashes">The hashes, 32 bytes each.</param>
/// <param name="Full">The same hashes with their root; <c>null</c> where there are fewer than 256.</param>
internal sealed record LeafTile(ReadOnlyMemory<byte> Hashes, HashedTile? Full)
{
    private const int SequenceOffset = 1;
    private const int TimeOffset = SequenceOffset + sizeof(long);
    private const int HeaderSize = TimeOffset + sizeof(long);

    /// <summary>Hashes the entries of a tile.</summary>
    /// <exception cref="TrailMismatchException">An entry has another number than its place in the log says.</exception>
    public static LeafTile Of(TilePosition tile, IEnumerable<ReadOnlyMemory<byte>> entries)
    {
        var hashes = new byte[tile.Size];
        var (sequence, offset) = ((tile.Index * TilePosition.FullWidth) + 1, 0);
        foreach (var entry in entries)
        {
            RequireSequence(entry.Span, sequence++);
            TreeHasher.HashLeaf(entry.Span, hashes.AsSpan(offset, TreeHash.Size));
            offset += TreeHash.Size;
        }

        return new LeafTile(hashes, tile.IsFull ? new HashedTile(hashes) : null);
    }

    /// <summary>Requires that an entry's canonical bytes say that it is the entry with this number.</summary>
    /// <exception cref="TrailMismatchException">They don't.</exception>
    public static void RequireSequence(ReadOnlySpan<byte> entry, long sequence)
    {
        if (entry.Length <= HeaderSize || entry[0] != TrailEntryFormat.Format)
        {
            throw new TrailMismatchException($"entry {sequence} isn't an entry of format {TrailEntryFormat.Format}, the only one that this program knows");
        }

        if (BinaryPrimitives.ReadInt64BigEndian(entry[SequenceOffset..]) is var number && number != sequence)
        {
            throw new TrailMismatchException($"in the place of entry {sequence} the log has entry {number}");
        }
    }

    /// <summary>Decodes an entry's canonical bytes.</summary>
    /// <exception cref="TrailMismatchException">The bytes aren't the entry with this number.</exception>
    public static RecordedEntry Decode(string workspace, ReadOnlySpan<byte> entry, long sequence)
    {
        RequireSequence(entry, sequence);
        try
        {
            return new RecordedEntry(
                sequence, BinaryPrimitives.ReadInt64BigEndian(entry[TimeOffset..]), TrailEntryFormat.Decode(workspace, entry[HeaderSize..]));
        }
        catch (FormatException exception)
        {
            throw new TrailMismatchException($"entry {sequence} can't be read: {exception.Message}");
        }
    }
}
