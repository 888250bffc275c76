using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>The hashes of up to 256 neighbouring entries, computed from the entries.</summary>
/// <param name="Hashes">The hashes, 32 bytes each.</param>
/// <param name="Full">The same hashes with their root; <c>null</c> where there are fewer than 256.</param>
internal sealed record LeafTile(ReadOnlyMemory<byte> Hashes, HashedTile? Full)
{
    /// <summary>Hashes the entries of a tile.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="file">The name of the file that the entries are from, for messages.</param>
    /// <param name="entries">The entries' canonical bytes.</param>
    /// <exception cref="TrailMismatchException">An entry has another number than its place in the log says.</exception>
    public static LeafTile Of(TilePosition tile, string file, IEnumerable<ReadOnlyMemory<byte>> entries)
    {
        var hashes = new byte[tile.Size];
        var (sequence, offset) = ((tile.Index * TilePosition.FullWidth) + 1, 0);
        foreach (var entry in entries)
        {
            Read(entry.Span, sequence++, file, out _);
            TreeHasher.HashLeaf(entry.Span, hashes.AsSpan(offset, TreeHash.Size));
            offset += TreeHash.Size;
        }

        return new LeafTile(hashes, tile.IsFull ? new HashedTile(hashes) : null);
    }

    /// <summary>Decodes an entry's canonical bytes.</summary>
    /// <exception cref="TrailMismatchException">The bytes aren't the entry with this number.</exception>
    public static RecordedEntry Decode(string workspace, ReadOnlySpan<byte> entry, long sequence)
    {
        var encoded = Read(entry, sequence, "the log", out var at);
        try
        {
            return new RecordedEntry(sequence, at, TrailEntryFormat.Decode(workspace, encoded));
        }
        catch (FormatException exception)
        {
            throw new TrailMismatchException($"entry {sequence} can't be read: {exception.Message}");
        }
    }

    // Returns the encoded entry. The canonical bytes must say that it is the entry with this number.
    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> canonical, long sequence, string log, out long at)
    {
        if (!TrailEntryFormat.TryReadCanonical(canonical, out var number, out at, out var entry))
        {
            throw new TrailMismatchException($"entry {sequence} of {log} isn't of format {TrailEntryFormat.Format}, the only one that this program knows");
        }

        return number == sequence ? entry : throw new TrailMismatchException($"in the place of entry {sequence} {log} has entry {number}");
    }
}
