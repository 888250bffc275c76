using Secronna.Crypto.Trail;
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
    private const int SegmentsInRead = 500;

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
            next = await lease.Database.ReadAsync(session => CollectAsync(session, lease.WorkspaceId, before, first + LargestRun, postings));
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

    private static async ValueTask<long> CollectAsync(
        Storage.Engine.Session session, string workspaceId, long from, long end, PostingCollector postings)
    {
        var next = from;
        await TrailSegmentTable.ReadUpAsync(session, workspaceId, from, SegmentsInRead, segment =>
        {
            if (segment.FirstSequence > next)
            {
                throw new TrailDamagedException($"entry {next} of the audit trail of {workspaceId} is missing");
            }

            next = Collect(segment, next, end, postings);
            return next < end;
        });
        return next;
    }

    // Returns the number of the entry after the last one that was collected.
    private static long Collect(TrailSegmentRow segment, long from, long end, PostingCollector postings)
    {
        segment.RequireFormat();
        var sequence = segment.FirstSequence;
        try
        {
            foreach (var entry in new TrailSegment(segment.Entries))
            {
                if (sequence >= from && sequence < end)
                {
                    IndexTerm.Collect(entry, sequence, postings);
                }

                sequence++;
            }
        }
        catch (FormatException exception)
        {
            throw TrailDamagedException.OfEntry(sequence, exception);
        }

        return Math.Min(sequence, end);
    }
}
