using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Index;

/// <summary>
/// Indexes trails: which entries have which secret, actor, project and environment, and which did not succeed. Many entries become
/// one run of the index; runs are merged as they age, so that a look-up reads few pages.
/// </summary>
internal sealed class IndexFollower : Follower
{
    /// <inheritdoc cref="Name"/>
    public const string FollowerName = "index";

    // Readers look at up to so many entries one by one, in a few milliseconds.
    private const int FullRun = 4_096;

    // A quiet trail is indexed too, unless there is too little to index.
    private const int SmallRun = 512;
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(5);

    // Bounds the memory and the transaction of one run.
    private const int LargestRun = 32_768;

    public override string Name => FollowerName;

    public override bool IsDue(FollowedTrail trail, TimeSpan quiet) =>
        trail.LastSequence - trail.Place >= (quiet >= QuietTime ? SmallRun : FullRun);

    public override async Task FollowAsync(FollowerLease lease, CancellationToken cancellation)
    {
        var merger = new IndexMerger(lease);
        await merger.RemoveUselessAsync(cancellation);
        while (!cancellation.IsCancellationRequested && await IndexAsync(lease) == LargestRun)
        {
            await merger.MergeAsync(cancellation);
        }

        await merger.MergeAsync(cancellation);
    }

    /// <summary>Makes a run of the next entries. Returns how many there were, at most <see cref="LargestRun"/>.</summary>
    private static async Task<int> IndexAsync(FollowerLease lease)
    {
        var postings = new PostingCollector();
        var first = lease.Place + 1;
        var next = first;
        while (next - first < LargestRun)
        {
            var before = next;
            next = await lease.Database.ReadAsync(session => EntryReader.ReadAsync(
                session, lease.WorkspaceId, before, first + LargestRun, (sequence, _, entry) => IndexTerm.Collect(entry, sequence, postings)));
            if (next == before)
            {
                break;
            }
        }

        if (next > first)
        {
            await StoreAsync(lease, new IndexRun(next - 1, Level: 0, first), postings.ToPages());
        }

        return (int)(next - first);
    }

    private static Task StoreAsync(FollowerLease lease, IndexRun run, List<IndexPage> pages) =>
        lease.AdvanceAsync(run.LastSequence, async transaction =>
        {
            await TrailIndexTable.BeginAsync(transaction, lease.WorkspaceId, run);
            await TrailIndexTable.AddAsync(transaction, lease.WorkspaceId, run, pages);
            await TrailIndexTable.PublishAsync(transaction, lease.WorkspaceId, run, []);
        }, weight: pages.Count);
}
