using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class InclusionProofTests
{
    private static readonly TreeVectors Vectors = ReferenceVectors.Tree;
    private static readonly SampleLog Log = new(600);

    [Fact]
    public void Proofs_made_from_tiles_are_those_of_the_vectors_and_prove()
    {
        Assert.NotEmpty(Vectors.Inclusion);
        foreach (var vector in Vectors.Inclusion)
        {
            var proof = InclusionProof.Make(vector.Index, vector.Size, Log.Tile);
            Assert.Equal(vector.Hashes, proof.Hashes.Select(hash => hash.ToString()));
            Assert.True(proof.Proves(Leaf(vector.Index), Root(vector.Size)));
        }
    }

    [Fact]
    public void Each_leaf_of_each_small_tree_is_proven_and_no_other_leaf_index_or_size_is()
    {
        foreach (var (index, size) in from size in Enumerable.Range(1, 20) from index in Enumerable.Range(0, size) select (index, size))
        {
            var proof = InclusionProof.Make(index, size, Log.Tile);
            var proven = from claimed in Enumerable.Range(-1, 24)
                         from other in Enumerable.Range(0, 24)
                         where (proof with { Index = claimed, Size = other }).Proves(Leaf(index), Root(other))
                         select (claimed, other);
            Assert.Equal([(index, size)], proven);
            Assert.DoesNotContain(Enumerable.Range(0, size), other => other != index && proof.Proves(Leaf(other), Root(size)));
        }
    }

    [Fact]
    public void Any_flipped_bit_of_a_proof_the_leaf_or_the_root_is_refused() =>
        Proofs().Select(Gen.Int[0, int.MaxValue]).Sample((proof, random) =>
        {
            byte[] bytes = [.. Leaf(proof.Index).ToArray(), .. Root(proof.Size).ToArray(), .. proof.Hashes.SelectMany(hash => hash.ToArray())];
            bytes[random / 8 % bytes.Length] ^= (byte)(1 << (random % 8));
            var hashes = bytes.Chunk(TreeHash.Size).Select(hash => TreeHash.FromBytes(hash)).ToList();
            Assert.False((proof with { Hashes = hashes[2..] }).Proves(hashes[0], hashes[1]));
        }, iter: 2000);

    [Fact]
    public void A_proof_with_a_hash_more_less_or_moved_is_refused() =>
        Proofs().Where(proof => proof.Hashes.Count > 1).Select(Gen.Int[0, int.MaxValue]).Sample((proof, random) =>
        {
            var at = random % proof.Hashes.Count;
            foreach (var hash in proof.Hashes.Append(default).Append(Leaf(proof.Index)).Append(Root(proof.Size)))
            {
                Refused(proof, [.. proof.Hashes.Take(at), hash, .. proof.Hashes.Skip(at)]);
                Refused(proof, [.. proof.Hashes, hash]);
            }

            Refused(proof, [.. proof.Hashes.Where((_, index) => index != at)]);
            Refused(proof, [.. proof.Hashes.Skip(1), proof.Hashes[0]]);
        }, iter: 500);

    [Fact]
    public void A_proof_that_goes_beyond_the_root_or_ends_below_it_is_refused_even_if_the_claimed_root_fits() =>
        Proofs().Where(proof => proof.Hashes.Count > 0).Sample(proof =>
        {
            var beyond = proof with { Hashes = [.. proof.Hashes, default] };
            Assert.False(beyond.Proves(Leaf(proof.Index), TreeHasher.HashNode(default, Root(proof.Size))));
            Assert.False(beyond.Proves(Leaf(proof.Index), TreeHasher.HashNode(Root(proof.Size), default)));
            Assert.False((proof with { Hashes = [] }).Proves(Leaf(proof.Index), Leaf(proof.Index)));
        }, iter: 500);

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(0, -1)]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void Impossible_indexes_and_sizes_are_refused(long index, long size)
    {
        Assert.False(new InclusionProof(index, size, []).Proves(Leaf(0), Root(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => InclusionProof.Make(index, size, Log.Tile));
    }

    [Fact]
    public void The_tiles_that_a_proof_needs_are_told_beforehand_and_asked_for_once()
    {
        var asked = new List<TilePosition>();
        var log = new SampleLog(66_000);
        var proof = InclusionProof.Make(65_700, 66_000, position =>
        {
            asked.Add(position);
            return log.Tile(position);
        });
        Assert.True(proof.Proves(Leaf(65_700), log.Root));
        Assert.Equal(InclusionProof.TilesFor(65_700, 66_000), asked);
        Assert.Equal([new(0, 256, 256), new(0, 257, 208), new(2, 0, 1)], asked);
    }

    [Fact]
    public void A_proof_is_not_made_from_tiles_that_are_too_narrow() =>
        Assert.Throws<ArgumentException>(() => InclusionProof.Make(0, 3, _ => new byte[2 * TreeHash.Size]));

    [Fact]
    public void A_proof_in_the_largest_tree_asks_for_tiles_that_exist()
    {
        var tiles = InclusionProof.TilesFor(long.MaxValue / 3, long.MaxValue);
        Assert.All(tiles, tile => Assert.InRange(tile.Width, 1, TilePosition.FullWidth));
        Assert.Equal(Enumerable.Range(0, TilePosition.Levels), tiles.Select(tile => tile.Level).Distinct().Order());
    }

    private static Gen<InclusionProof> Proofs() =>
        from size in Gen.Int[1, 600]
        from index in Gen.Int[0, size - 1]
        select InclusionProof.Make(index, size, Log.Tile);

    private static void Refused(InclusionProof proof, IReadOnlyList<TreeHash> hashes) =>
        Assert.False(!hashes.SequenceEqual(proof.Hashes) && (proof with { Hashes = hashes }).Proves(Leaf(proof.Index), Root(proof.Size)));

    private static TreeHash Leaf(long index) => TreeHasher.HashLeaf(SampleLog.Entry(index));

    private static TreeHash Root(long size) => Vectors.Roots[(int)size].Hash();
}
