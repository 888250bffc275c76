using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Storage;
using Secronna.Server.Features.Keys;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Trail.Tree;

/// <summary>
/// A trail with its tree, and a verifier that trusts only the public key and what it computes itself. The verifier hashes entries
/// with SHA-256 alone.
/// </summary>
internal sealed class TestLog : IAsyncDisposable
{
    private readonly InstallationKeys installationKeys = new(RandomNumberGenerator.GetBytes(32));

    private TestLog(TestStorage storage)
    {
        Storage = storage;
        Keys = new LogKeys(storage.Database, installationKeys, storage.Clock);
    }

    public TestStorage Storage { get; }

    public LogKeys Keys { get; }

    public static async Task<TestLog> CreateAsync() => new(await TestStorage.CreateAsync());

    /// <summary>The follower of a node that remembers nothing, or of one with this memory.</summary>
    public TreeFollower Follower(LogKeys? keys = null, CheckpointMemory? memory = null) =>
        new(keys ?? Keys, memory ?? Memory(keys: keys));

    /// <summary>The memory of a node.</summary>
    public CheckpointMemory Memory(CheckpointFolder? folder = null, LogKeys? keys = null) =>
        new(Storage.Database, keys ?? Keys, folder, NullLogger<CheckpointMemory>.Instance);

    /// <summary>Keys that another node, which knows nothing of this one's, opens or makes.</summary>
    public LogKeys OtherKeys() => new(Storage.Database, installationKeys, Storage.Clock);

    /// <summary>A rotation of the log key, as a command of its own runs it.</summary>
    public LogKeyRotation NewRotation(LogKeys keys, string node = "node_command") => new(
        Storage.Database, installationKeys, [Follower(keys)], new NodeIdentity(node, node), Storage.Clock);

    public async Task AppendAsync(int entries)
    {
        foreach (var some in Enumerable.Range(0, entries).Chunk(1_000))
        {
            await Storage.AppendAsync([.. some.Select(_ => Storage.Entry())]);
        }
    }

    public async Task<FollowerLease?> TakeAsync(string node, string workspaceId = TestStorage.Workspace) =>
        await FollowerLease.TakeAsync(Storage.Database, workspaceId, TreeFollower.FollowerName, node);

    public async Task FollowAsync(string node = "node_1", string workspaceId = TestStorage.Workspace)
    {
        var lease = await TakeAsync(node, workspaceId) ?? throw new InvalidOperationException("another node has the follower");
        await Follower().FollowAsync(lease, CancellationToken.None);
    }

    /// <summary>The latest checkpoint, whose signature and origin were verified; <c>null</c> if none was published.</summary>
    public async Task<Checkpoint?> LatestAsync(string workspaceId = TestStorage.Workspace, long epoch = 1)
    {
        var row = await Storage.ReadAsync(session => TrailCheckpointTable.FindLatestAsync(session, workspaceId, epoch));
        if (row is null)
        {
            return null;
        }

        var identity = await Keys.IdentityAsync();
        var key = new VerifierKey(identity.OriginOf(workspaceId, epoch).ToString(), identity.Current.PublicKey);
        Assert.True(Checkpoint.TryOpen(Encoding.UTF8.GetBytes(row.Note), key, out var checkpoint));
        Assert.Equal((row.Size, Convert.ToHexStringLower(row.Root)), (checkpoint.Size, checkpoint.Root.ToString()));
        return checkpoint;
    }

    /// <summary>
    /// Reads all entries, and asserts that the latest checkpoint has exactly these. Proves by tiles that it extends the one that was
    /// seen before, and that some entries are in it.
    /// </summary>
    public async Task<Checkpoint> VerifyAsync(
        Checkpoint? seen = null, string workspaceId = TestStorage.Workspace, long epoch = 1)
    {
        var latest = (await LatestAsync(workspaceId, epoch))!;
        var leaves = await LeavesAsync(workspaceId);
        Assert.Equal(leaves.Count, latest.Size);
        Assert.Equal(Convert.ToHexStringLower(NaiveRoot(leaves)), latest.Root.ToString());
        if (seen is not null)
        {
            var tiles = await TilesAsync(ConsistencyProof.TilesFor(seen.Size, latest.Size), workspaceId);
            Assert.True(ConsistencyProof.Make(seen.Size, latest.Size, tiles).Proves(seen.Root, latest.Root));
        }

        foreach (var index in new[] { 0, latest.Size / 2, latest.Size - 1 })
        {
            var tiles = await TilesAsync(InclusionProof.TilesFor(index, latest.Size), workspaceId);
            Assert.True(InclusionProof.Make(index, latest.Size, tiles).Proves(TreeHash.FromBytes(leaves[(int)index]), latest.Root));
        }

        return latest;
    }

    /// <summary>The rows of the checkpoints that are kept, as size and root.</summary>
    public List<(long Size, string Root)> Published()
    {
        using var direct = Storage.ConnectDirectly();
        return [.. direct.All("SELECT size, root FROM trail_checkpoints ORDER BY workspace_id, size")
            .Select(row => ((long)row[0], Convert.ToHexStringLower((byte[])row[1])))];
    }

    public async ValueTask DisposeAsync()
    {
        Keys.Dispose();
        installationKeys.Dispose();
        await Storage.DisposeAsync();
    }

    /// <summary>RFC 6962, section 2.1, word for word.</summary>
    public static byte[] NaiveRoot(IReadOnlyList<byte[]> leaves)
    {
        if (leaves.Count <= 1)
        {
            return leaves.Count == 0 ? SHA256.HashData([]) : leaves[0];
        }

        var split = 1;
        while (2 * split < leaves.Count)
        {
            split *= 2;
        }

        return SHA256.HashData([1, .. NaiveRoot([.. leaves.Take(split)]), .. NaiveRoot([.. leaves.Skip(split)])]);
    }

    private async Task<TileSource> TilesAsync(IReadOnlyList<TilePosition> positions, string workspaceId) =>
        await Storage.ReadAsync(session => TileReader.ReadAllAsync(session, workspaceId, positions));

    private async Task<List<byte[]>> LeavesAsync(string workspaceId)
    {
        var leaves = new List<byte[]>();
        await Storage.ReadAsync(async session =>
        {
            await TrailSegmentTable.ReadUpAsync(session, workspaceId, 1, int.MaxValue, segment =>
            {
                leaves.AddRange(segment.UnpackAll().Select((entry, i) => SHA256.HashData(
                    [0, 1, .. BigEndian(segment.FirstSequence + i), .. BigEndian(segment.At), .. entry.Span])));
                return true;
            });
            return true;
        });
        return leaves;
    }

    private static byte[] BigEndian(long number) => [.. BitConverter.GetBytes(number).Reverse()];
}
