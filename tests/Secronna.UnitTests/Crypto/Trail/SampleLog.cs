using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto.Trail;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>The log of the vectors, up to some size, with what a follower would store of it.</summary>
internal sealed class SampleLog
{
    private readonly Dictionary<(int Level, long Index), byte[]> tiles = [];

    public SampleLog(long size)
    {
        Builder = new TreeBuilder(Store);
        for (var index = 0L; index < size; index++)
        {
            Builder.Append(TreeHasher.HashLeaf(Entry(index)));
        }

        StoreUnfinished();
    }

    public TreeBuilder Builder { get; private set; }

    public TreeHash Root => Builder.Root();

    // The entries' formula is in the vectors' file.
    public static byte[] Entry(long index)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"entry {index}"));
        return [.. Enumerable.Range(0, (int)(37 * index % 151)).Select(at => hash[at % hash.Length])];
    }

    public static byte[] Bundle(TilePosition tile)
    {
        var bundle = new ArrayBufferWriter<byte>();
        for (var at = 0; at < tile.Width; at++)
        {
            EntryBundle.Write(bundle, Entry((tile.Index * TilePosition.FullWidth) + at));
        }

        return bundle.WrittenSpan.ToArray();
    }

    // As from a database: at least as many hashes as are asked for.
    public ReadOnlyMemory<byte> Tile(TilePosition position) => tiles[(position.Level, position.Index)];

    public IEnumerable<TilePosition> Stored() =>
        tiles.Select(tile => new TilePosition(tile.Key.Level, tile.Key.Index, tile.Value.Length / TreeHash.Size));

    public void StoreUnfinished()
    {
        foreach (var position in TilePosition.UnfinishedIn(Builder.Size))
        {
            Store(position, Builder.UnfinishedTile(position.Level));
        }
    }

    public void Restart() => Builder = TreeBuilder.Restore(Builder.Size, Tile, Store);

    private void Store(TilePosition position, ReadOnlySpan<byte> hashes) => tiles[(position.Level, position.Index)] = hashes.ToArray();
}
