using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class ConsistencyProofTests
{
    private static readonly TreeVectors Vectors = ReferenceVectors.Tree;
    private static readonly SampleLog Log = new(600);

    [Fact]
    public void Proofs_made_from_tiles_are_those_of_the_vectors_and_prove()
    {
        Assert.NotEmpty(Vectors.Consistency);
        foreach (var vector in Vectors.Consistency)
        {
            var proof = ConsistencyProof.Make(vector.From, vector.To, Log.Tile);
            Assert.Equal(vector.Hashes, proof.Hashes.Select(hash => hash.ToString()));
            Assert.True(proof.Proves(Root(vector.From), Root(vector.To)));
        }
    }

    [Fact]
    public void Each_small_tree_is_proven_to_extend_each_smaller_one_and_no_other()
    {
        foreach (var (older, newer) in from size in Enumerable.Range(0, 20) from old in Enumerable.Range(0, size + 1) select (old, size))
        {
            var proof = ConsistencyProof.Make(older, newer, Log.Tile);
            Assert.True(proof.Proves(Root(older), Root(newer)), $"{older} to {newer}");
            var wrong = from other in Enumerable.Range(0, 24)
                        where (other != older && proof.Proves(Root(other), Root(newer)))
                            || (other != newer && older > 0 && proof.Proves(Root(older), Root(other)))
                        select other;
            Assert.Empty(wrong);
        }
    }

    [Fact]
    public void The_empty_tree_is_the_beginning_of_every_tree()
    {
        Assert.True(ConsistencyProof.Make(0, 600, Log.Tile).Proves(TreeHash.EmptyRoot, Root(600)));
        Assert.Empty(ConsistencyProof.TilesFor(0, 600));
        Assert.False(new ConsistencyProof(0, 600, []).Proves(Root(1), Root(600)));
        Assert.False(new ConsistencyProof(0, 600, [Root(600)]).Proves(TreeHash.EmptyRoot, Root(600)));
        Assert.False(new ConsistencyProof(0, 0, []).Proves(TreeHash.EmptyRoot, Root(1)));
    }

    [Fact]
    public void Any_flipped_bit_of_a_proof_or_of_a_root_is_refused() =>
        Proofs().Select(Gen.Int[0, int.MaxValue]).Sample((proof, random) =>
        {
            byte[] bytes = [.. Root(proof.OldSize).ToArray(), .. Root(proof.NewSize).ToArray(), .. proof.Hashes.SelectMany(hash => hash.ToArray())];
            bytes[random / 8 % bytes.Length] ^= (byte)(1 << (random % 8));
            var hashes = bytes.Chunk(TreeHash.Size).Select(hash => TreeHash.FromBytes(hash)).ToList();
            Assert.False((proof with { Hashes = hashes[2..] }).Proves(hashes[0], hashes[1]));
        }, iter: 2000);

    [Fact]
    public void A_proof_with_a_hash_more_less_or_moved_is_refused() =>
        Proofs().Where(proof => proof.Hashes.Count > 1).Select(Gen.Int[0, int.MaxValue]).Sample((proof, random) =>
        {
            var at = random % proof.Hashes.Count;
            foreach (var hash in proof.Hashes.Append(default).Append(Root(proof.OldSize)).Append(Root(proof.NewSize)))
            {
                Refused(proof, [.. proof.Hashes.Take(at), hash, .. proof.Hashes.Skip(at)]);
                Refused(proof, [.. proof.Hashes, hash]);
            }

            Refused(proof, [.. proof.Hashes.Where((_, index) => index != at)]);
            Refused(proof, [.. proof.Hashes.Skip(1), proof.Hashes[0]]);
            Refused(proof, []);
        }, iter: 500);

    [Fact]
    public void A_proof_that_goes_beyond_the_root_or_ends_below_it_is_refused_even_if_the_claimed_root_fits() =>
        Proofs().Sample(proof =>
        {
            var (older, newer) = (Root(proof.OldSize), Root(proof.NewSize));
            var beyond = proof with { Hashes = [.. proof.Hashes, default] };
            Assert.False(beyond.Proves(TreeHasher.HashNode(default, older), TreeHasher.HashNode(default, newer)));
            Assert.False(beyond.Proves(older, TreeHasher.HashNode(newer, default)));
            for (var count = 0; count < proof.Hashes.Count; count++)
            {
                var below = proof with { Hashes = [.. proof.Hashes.Take(count)] };
                Assert.DoesNotContain(Vectors.Roots.Take((int)proof.NewSize), root => below.Proves(older, root.Hash()));
            }
        }, iter: 20);

    [Fact]
    public void A_tree_in_which_an_old_leaf_was_changed_does_not_extend_the_old_tree() =>
        (from size in Gen.Int[2, 300] from old in Gen.Int[1, size - 1] from at in Gen.Int[0, old - 1] select (size, old, at)).Sample(sample =>
        {
            var tiles = new Dictionary<TilePosition, byte[]>();
            var builder = new TreeBuilder((position, hashes) => tiles[position] = hashes.ToArray());
            for (var index = 0; index < sample.size; index++)
            {
                builder.Append(TreeHasher.HashLeaf(index == sample.at ? [1, 2, 3] : SampleLog.Entry(index)));
            }

            var proof = ConsistencyProof.Make(sample.old, sample.size, position =>
                tiles.TryGetValue(position, out var full) ? full : builder.UnfinishedTile(position.Level).ToArray());
            Assert.False(proof.Proves(Root(sample.old), builder.Root()));
        }, iter: 200);

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(2, 1)]
    [InlineData(0, -1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MinValue, long.MinValue)]
    public void Impossible_sizes_are_refused(long older, long newer)
    {
        Assert.False(new ConsistencyProof(older, newer, []).Proves(Root(1), Root(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyProof.Make(older, newer, Log.Tile));
    }

    [Fact]
    public void The_tiles_that_a_proof_needs_are_told_beforehand_and_asked_for_once()
    {
        var asked = new List<TilePosition>();
        var log = new SampleLog(66_000);
        var proof = ConsistencyProof.Make(600, 66_000, position =>
        {
            asked.Add(position);
            return log.Tile(position);
        });
        Assert.True(proof.Proves(Root(600), log.Root));
        Assert.Equal(ConsistencyProof.TilesFor(600, 66_000), asked);
        Assert.Distinct(asked);
    }

    private static Gen<ConsistencyProof> Proofs() =>
        from size in Gen.Int[2, 600]
        from old in Gen.Int[1, size - 1]
        select ConsistencyProof.Make(old, size, Log.Tile);

    private static void Refused(ConsistencyProof proof, IReadOnlyList<TreeHash> hashes) => Assert.False(
        !hashes.SequenceEqual(proof.Hashes) && (proof with { Hashes = hashes }).Proves(Root(proof.OldSize), Root(proof.NewSize)));

    private static TreeHash Root(long size) => Vectors.Roots[(int)size].Hash();
}
