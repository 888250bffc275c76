using Secronna.Cli.Errors;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>The hashes of up to 256 neighbouring entries, computed from the entries.</summary>
/// <param name="Hashes">The hashes, 32 bytes each.</param>
/// <param name="Full">The same hashes with their root; <c>null</c> where there are fewer than 256.</param>
/// <param name="FirstSequence">The number of the first entry.</param>
/// <param name="Entries">The canonical bytes of the entries, each of which has the number of its place.</param>
internal sealed record LeafTile(
    ReadOnlyMemory<byte> Hashes, HashedTile? Full, long FirstSequence, IReadOnlyList<ReadOnlyMemory<byte>> Entries)
{
    /// <summary>Hashes the entries of a tile.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="file">The name of the file that the entries are from, for messages.</param>
    /// <param name="entries">The entries' canonical bytes.</param>
    /// <exception cref="TrailMismatchException">An entry has another number than its place in the log says.</exception>
    public static LeafTile Of(TilePosition tile, string file, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var hashes = new byte[tile.Size];
        var first = (tile.Index * TilePosition.FullWidth) + 1;
        for (var i = 0; i < tile.Width; i++)
        {
            Read(entries[i].Span, first + i, file, out _);
            TreeHasher.HashLeaf(entries[i].Span, hashes.AsSpan(i * TreeHash.Size, TreeHash.Size));
        }

        return new LeafTile(hashes, tile.IsFull ? new HashedTile(hashes) : null, first, entries);
    }

    /// <summary>Gives the encoded entries to whoever collects what the log says of versions.</summary>
    /// <exception cref="TrailMismatchException">An entry can't be read.</exception>
    public void AddTo(LoggedVersions logged)
    {
        var sequence = FirstSequence;
        try
        {
            for (var i = 0; i < Hashes.Length / TreeHash.Size; i++)
            {
                sequence = FirstSequence + i;
                logged.Add(sequence, Read(Entries[i].Span, sequence, "the log", out _));
            }
        }
        catch (FormatException exception)
        {
            throw Unreadable(sequence, exception);
        }
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
            throw Unreadable(sequence, exception);
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

    private static TrailMismatchException Unreadable(long sequence, FormatException exception) =>
        new($"entry {sequence} can't be read: {exception.Message}");
}
