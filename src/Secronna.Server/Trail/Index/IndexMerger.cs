using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Index;

/// <summary>
/// Merges runs of the index, in slices: eight of one level become one of the next. Readers see the old runs until the new one is
/// complete. A merge that was stopped is begun again.
/// </summary>
internal sealed class IndexMerger(FollowerLease lease)
{
    private const int MergedRuns = 8;
    private const int PagesInSlice = 64;

    /// <summary>Merges runs until no level has enough of them.</summary>
    /// <exception cref="FollowerLostException">Another node has taken over.</exception>
    public async Task MergeAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && Choose(await ListAsync()) is { } runs)
        {
            await MergeAsync(runs, cancellation);
            await RemoveUselessAsync(cancellation);
        }
    }

    /// <summary>Removes the pages of merged runs, and of merges that were stopped.</summary>
    /// <exception cref="FollowerLostException">Another node has taken over.</exception>
    public async Task RemoveUselessAsync(CancellationToken cancellation)
    {
        foreach (var run in await lease.Database.ReadAsync(session => TrailIndexTable.ListUselessAsync(session, lease.WorkspaceId), cancellation))
        {
            while (!cancellation.IsCancellationRequested && await lease.StoreAsync(
                transaction => TrailIndexTable.RemoveAsync(transaction, lease.WorkspaceId, run, PagesInSlice), PagesInSlice))
            {
            }
        }
    }

    /// <summary>The oldest runs of the lowest level that has enough of them, oldest first; <c>null</c> if no level has.</summary>
    /// <param name="runs">The live runs, newest first.</param>
    internal static IReadOnlyList<IndexRun>? Choose(IReadOnlyList<IndexRun> runs) => runs
        .GroupBy(run => run.Level).Where(level => level.Count() >= MergedRuns).OrderBy(level => level.Key)
        .Select(level => (IReadOnlyList<IndexRun>)[.. level.Reverse().Take(MergedRuns)])
        .FirstOrDefault();

    private ValueTask<List<IndexRun>> ListAsync() =>
        lease.Database.ReadAsync(session => TrailIndexTable.ListLiveAsync(session, lease.WorkspaceId));

    private async Task MergeAsync(IReadOnlyList<IndexRun> runs, CancellationToken cancellation)
    {
        var merged = new IndexRun(runs[^1].LastSequence, runs[0].Level + 1, runs[0].FirstSequence);
        await lease.StoreAsync(async transaction =>
        {
            await TrailIndexTable.BeginAsync(transaction, lease.WorkspaceId, merged);
            return true;
        }, weight: 1);

        var slice = new List<IndexPage>();
        await foreach (var page in new RunMerge(lease.Database, lease.WorkspaceId, runs).ReadAsync(cancellation))
        {
            slice.Add(page);
            if (slice.Count == PagesInSlice)
            {
                await AddAsync(merged, slice);
                slice.Clear();
            }
        }

        await AddAsync(merged, slice);
        await lease.StoreAsync(async transaction =>
        {
            await TrailIndexTable.PublishAsync(transaction, lease.WorkspaceId, merged, runs);
            return true;
        }, MergedRuns);
    }

    private Task<bool> AddAsync(IndexRun run, IReadOnlyList<IndexPage> pages) => lease.StoreAsync(async transaction =>
    {
        await TrailIndexTable.AddAsync(transaction, lease.WorkspaceId, run, pages);
        return true;
    }, PagesInSlice);
}
