using System.Security.Cryptography;
using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TreeBuilderTests
{
    private static readonly TreeVectors Vectors = ReferenceVectors.Tree;

    [Fact]
    public void The_sample_entries_and_their_leaf_hashes_are_those_of_the_vectors()
    {
        Assert.Equal(Vectors.FirstEntries, Vectors.FirstEntries.Select((_, index) => Hex.Text(SampleLog.Entry(index))));
        Assert.Equal(Vectors.LeafHashes, Vectors.LeafHashes.Select((_, index) => TreeHasher.HashLeaf(SampleLog.Entry(index)).ToString()));
    }

    [Fact]
    public void The_root_is_right_at_every_size()
    {
        var builder = new TreeBuilder();
        for (var size = 0; size < Vectors.Roots.Count; size++)
        {
            Assert.Equal(size, builder.Size);
            Assert.Equal(Vectors.Roots[size], builder.Root().ToString());
            builder.Append(TreeHasher.HashLeaf(SampleLog.Entry(size)));
        }
    }

    [Fact]
    public void A_tree_restored_at_every_size_goes_on_as_if_it_had_never_stopped()
    {
        var log = new SampleLog(0);
        for (var size = 0; size < Vectors.Roots.Count; size++)
        {
            Assert.Equal(Vectors.Roots[size], log.Root.ToString());
            log.Builder.Append(TreeHasher.HashLeaf(SampleLog.Entry(size)));
            log.StoreUnfinished();
            log.Restart();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    public void The_tiles_and_bundles_of_a_log_are_those_of_the_vectors(long size)
    {
        var vector = Vectors.Files.Single(files => files.Size == size);
        var log = new SampleLog(size);
        Assert.Equal(vector.Files.Select(file => file.Path).Order(StringComparer.Ordinal), Paths(log).Order(StringComparer.Ordinal));
        foreach (var file in vector.Files)
        {
            AssertFile(log, file);
        }
    }

    [Fact]
    public void A_log_of_66000_entries_has_three_levels_and_the_root_of_the_vectors()
    {
        var log = new SampleLog(Vectors.Large.Size);
        Assert.Equal(Vectors.Large.Root, log.Root.ToString());
        Assert.Equal([208, 1, 1], TilePosition.UnfinishedIn(Vectors.Large.Size).Select(tile => tile.Width));
        foreach (var file in Vectors.Large.Files)
        {
            AssertFile(log, file);
        }

        var restored = TreeBuilder.Restore(Vectors.Large.Size, log.Tile);
        Assert.Equal(Vectors.Large.Root, restored.Root().ToString());
    }

    [Fact]
    public void Leaves_appended_singly_in_bulk_and_as_hashed_tiles_give_the_same_tree()
    {
        var expected = new SampleLog(3000);
        byte[] leaves = [.. Enumerable.Range(0, 3000).SelectMany(index => TreeHasher.HashLeaf(SampleLog.Entry(index)).ToArray())];
        Gen.Int[0, 700].Array[1, 20].Sample(lengths =>
        {
            var completed = new List<TilePosition>();
            var builder = new TreeBuilder((position, hashes) =>
            {
                completed.Add(position);
                Assert.Equal(expected.Tile(position).ToArray(), hashes.ToArray());
            });
            foreach (var length in lengths)
            {
                AppendNext(builder, leaves, length);
            }

            builder.Append(leaves.AsSpan((int)builder.Size * TreeHash.Size));
            Assert.Equal(expected.Root, builder.Root());
            Assert.Equal(Enumerable.Range(0, 11).Select(index => new TilePosition(0, index, 256)), completed);
        }, iter: 50);
    }

    [Fact]
    public void Hashed_tiles_complete_the_tiles_of_higher_levels_too()
    {
        var expected = new SampleLog(Vectors.Large.Size);
        var builder = new TreeBuilder((position, hashes) => Assert.Equal(expected.Tile(position).ToArray(), hashes.ToArray()));
        for (var index = 0; index < Vectors.Large.Size / TilePosition.FullWidth; index++)
        {
            builder.Append(new HashedTile(expected.Tile(new TilePosition(0, index, TilePosition.FullWidth))));
        }

        builder.Append(expected.Builder.UnfinishedTile(0));
        Assert.Equal(Vectors.Large.Root, builder.Root().ToString());
    }

    [Fact]
    public void A_hashed_tile_is_refused_where_leaves_of_an_unfinished_tile_are_missing()
    {
        var builder = new TreeBuilder();
        builder.Append(default(TreeHash));
        Assert.Throws<InvalidOperationException>(() => builder.Append(new HashedTile(new byte[TilePosition.FullSize])));
        Assert.Throws<ArgumentException>(() => new HashedTile(new byte[TilePosition.FullSize - TreeHash.Size]));
    }

    [Fact]
    public void A_tree_is_not_restored_from_tiles_that_are_too_narrow_or_no_whole_number_of_hashes()
    {
        Assert.Throws<ArgumentException>(() => TreeBuilder.Restore(3, _ => new byte[2 * TreeHash.Size]));
        Assert.Throws<ArgumentException>(() => TreeBuilder.Restore(3, _ => new byte[(3 * TreeHash.Size) + 1]));
        Assert.Throws<ArgumentException>(() => TreeBuilder.Restore(3, _ => new byte[TilePosition.FullSize + TreeHash.Size]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeBuilder.Restore(-1, _ => new byte[TilePosition.FullSize]));
        Assert.Throws<ArgumentException>(() => new TreeBuilder().Append(new byte[TreeHash.Size + 1]));
    }

    [Fact]
    public void An_entry_larger_than_the_buffer_for_small_ones_has_the_right_leaf_hash()
    {
        foreach (var length in new[] { 0, 1, 1023, 1024, 1025, 65_535 })
        {
            var entry = new byte[length];
            entry.AsSpan().Fill(0xAB);
            Assert.Equal(
                Hex.Text(SHA256.HashData([0, .. entry])), TreeHasher.HashLeaf(entry).ToString());
        }
    }

    [Fact]
    public void Hashing_and_appending_allocate_nothing()
    {
        byte[] entry = new byte[150], hash = new byte[TreeHash.Size];
        var builder = new TreeBuilder((_, _) => { });
        void AppendTiles()
        {
            for (var index = 0; index < 2 * TilePosition.FullWidth; index++)
            {
                TreeHasher.HashLeaf(entry, hash);
                builder.Append(hash);
            }
        }

        AppendTiles();
        var before = GC.GetAllocatedBytesForCurrentThread();
        AppendTiles();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void AppendNext(TreeBuilder builder, byte[] leaves, int length)
    {
        var rest = leaves.AsMemory((int)builder.Size * TreeHash.Size);
        if (builder.Size % TilePosition.FullWidth == 0 && length >= TilePosition.FullWidth && rest.Length >= TilePosition.FullSize)
        {
            builder.Append(new HashedTile(rest[..TilePosition.FullSize]));
            return;
        }

        builder.Append(rest[..Math.Min(rest.Length, length * TreeHash.Size)].Span);
    }

    private static IEnumerable<string> Paths(SampleLog log) =>
        log.Stored().Select(TilePath.Format).Concat(log.Stored().Where(tile => tile.Level == 0).Select(TilePath.FormatEntries));

    private static void AssertFile(SampleLog log, FileVector file)
    {
        var bytes = TilePath.TryParse(file.Path, out var tile) ? log.Tile(tile)[..tile.Size].ToArray()
            : TilePath.TryParseEntries(file.Path, out var entries) ? SampleLog.Bundle(entries)
            : throw new InvalidOperationException($"{file.Path} is not parsed");
        Assert.Equal(file.Bytes, bytes.Length);
        Assert.Equal(file.Sha256, Hex.Text(SHA256.HashData(bytes)));
        Assert.True(file.Hex is null || file.Hex == Hex.Text(bytes), file.Path);
    }
}
