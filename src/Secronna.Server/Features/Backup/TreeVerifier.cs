using System.Text;
using Secronna.Crypto.Trail;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// Builds the tree of a trail from its entries, and compares it with the checkpoints and the tiles in the database (S33). Entries
/// must be added in order and without gaps.
/// </summary>
internal sealed class TreeVerifier
{
    private readonly List<(TilePosition Position, byte[] Hashes)> tiles = [];
    private readonly List<TrailCheckpointRow> wrong = [];
    private readonly string workspaceId;
    private readonly IReadOnlyList<TrailCheckpointRow> checkpoints;
    private readonly TreeBuilder tree;
    private readonly CanonicalBuffer canonical = new();
    private int next;

    private TreeVerifier(string workspaceId, IReadOnlyList<TrailCheckpointRow> checkpoints)
    {
        (this.workspaceId, this.checkpoints) = (workspaceId, checkpoints);
        tree = new TreeBuilder((position, hashes) => Keep(position, hashes));
    }

    /// <summary>Begins with the checkpoints of a trail.</summary>
    public static async ValueTask<TreeVerifier> BeginAsync(Session session, string workspaceId) =>
        new(workspaceId, await TrailCheckpointTable.ListAsync(session, workspaceId));

    /// <summary>Adds the next entry.</summary>
    public void Add(long sequence, long at, ReadOnlySpan<byte> entry)
    {
        tree.Append(TreeHasher.HashLeaf(canonical.Of(sequence, at, entry)));
        for (; next < checkpoints.Count && checkpoints[next].Size <= tree.Size; next++)
        {
            if (checkpoints[next].Size == tree.Size && !tree.Root().ToArray().AsSpan().SequenceEqual(checkpoints[next].Root))
            {
                wrong.Add(checkpoints[next]);
            }
        }
    }

    /// <summary>Reports what does not belong together. Must be called after the last entry.</summary>
    /// <param name="session">The session.</param>
    /// <param name="identity">The installation's log keys; <c>null</c> if it has none yet.</param>
    /// <param name="name">The trail's name in messages.</param>
    /// <param name="found">Takes the problems.</param>
    public async ValueTask EndAsync(Session session, LogIdentity? identity, string name, Verification found)
    {
        foreach (var checkpoint in wrong)
        {
            found.Add($"{name} up to entry {checkpoint.Size} is not what its checkpoint says: entries were changed, exchanged or added");
        }

        if (checkpoints.Count > 0 && checkpoints.Max(checkpoint => checkpoint.Size) is var size && size > tree.Size)
        {
            found.Add($"{name} ends with entry {tree.Size}, but a checkpoint says that there were {size} entries");
        }

        foreach (var checkpoint in checkpoints.Where(checkpoint => !IsSigned(checkpoint, identity)))
        {
            found.Add($"the checkpoint of {checkpoint.Size} entries of {name} is not signed by this installation's log key");
        }

        await CheckTilesAsync(session, name, found);
    }

    private bool IsSigned(TrailCheckpointRow row, LogIdentity? identity) => identity is not null && identity.Keys.Any(key =>
        identity.OriginOf(workspaceId, row.Epoch) is var origin
        && Checkpoint.TryOpen(Encoding.UTF8.GetBytes(row.Note), new VerifierKey(origin.ToString(), key.PublicKey), out var signed)
        && signed.Size == row.Size && signed.Origin == origin && signed.Root.ToArray().AsSpan().SequenceEqual(row.Root));

    private async ValueTask CheckTilesAsync(Session session, string name, Verification found)
    {
        var place = await TrailFollowerTable.FindPlaceAsync(session, workspaceId, TreeFollower.FollowerName);
        foreach (var (position, hashes) in tiles.Concat(Unfinished()))
        {
            // The tree covers the entries up to the follower's place, and no more.
            var expected = Math.Min(hashes.Length, (int)Math.Max(0, (place / SpanOf(position.Level)) - (position.Index * TilePosition.FullWidth)) * TreeHash.Size);
            var stored = await TrailTileTable.FindAsync(session, workspaceId, position.Level, position.Index) ?? [];
            if (stored.AsSpan().CommonPrefixLength(hashes) / TreeHash.Size is var equal && equal * TreeHash.Size < expected)
            {
                found.Add(Describe(position, equal, stored.Length / TreeHash.Size, name));
            }
        }
    }

    private IEnumerable<(TilePosition Position, byte[] Hashes)> Unfinished() => TilePosition.UnfinishedIn(tree.Size)
        .Where(position => position.Level > 0).Select(position => (position, tree.UnfinishedTile(position.Level).ToArray()));

    private static string Describe(TilePosition position, int equal, int stored, string name)
    {
        var span = SpanOf(position.Level);
        var first = (((position.Index * TilePosition.FullWidth) + equal) * span) + 1;
        return equal < stored
            ? $"the tree of {name} has another hash for the entries {first} to {first + span - 1} than these entries give"
            : $"the tree of {name} lacks the hash of the entries {first} to {first + span - 1}";
    }

    // How many entries a hash of a level covers.
    private static long SpanOf(int level) => 1L << (8 * level);

    private void Keep(TilePosition position, ReadOnlySpan<byte> hashes)
    {
        if (position.Level > 0)
        {
            tiles.Add((position, hashes.ToArray()));
        }
    }
}
