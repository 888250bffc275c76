using System.Collections.Concurrent;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Reads;

/// <summary>
/// Counts the reads of secrets: who reveals a secret how often, and who has read it first. Many entries become one slice, which is
/// stored in short transactions.
/// </summary>
internal sealed class ReadsFollower(TimeProvider time) : Follower
{
    /// <inheritdoc cref="Name"/>
    public const string FollowerName = "reads";

    // Few entries are followed at once. Many wait for others, because the rows of a slice are changed once for all of its entries.
    private const int FewEntries = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(0.5);

    // They bound the time and the memory of a slice.
    private const int LargestSlice = 524_288;
    private const int LargestTallies = 16_384;
    private const int EntriesInRead = 8_192;

    // Bounds one transaction, which holds SQLite's only writer for a few milliseconds.
    private const int TalliesInTransaction = 250;
    private const int DaysInTransaction = 500;

    // When this node has followed each trail last, and the first day whose counts it has kept.
    private readonly ConcurrentDictionary<string, (long At, long FirstDay)> followed = new(StringComparer.Ordinal);

    public override string Name => FollowerName;

    public override bool IsDue(FollowedTrail trail, TimeSpan quiet) =>
        trail.LastSequence > trail.Place
        && (trail.LastSequence - trail.Place <= FewEntries || quiet >= QuietTime
            || !followed.TryGetValue(trail.WorkspaceId, out var last) || time.GetElapsedTime(last.At) >= Interval);

    public override async Task FollowAsync(FollowerLease lease, CancellationToken cancellation)
    {
        var begun = await lease.Database.ReadAsync(session => ReadSliceTable.FindAsync(session, lease.WorkspaceId), cancellation);
        while (!cancellation.IsCancellationRequested
            && await CollectAsync(lease, begun) is { } slice && await StoreAsync(lease, slice.Row, slice.Tallies, cancellation))
        {
            begun = null;
        }

        var firstDay = ReadDays.First(await lease.Database.NowAsync(), ReadDays.Kept);
        if (!followed.TryGetValue(lease.WorkspaceId, out var last) || last.FirstDay != firstDay)
        {
            await RemoveBeforeAsync(lease, firstDay, cancellation);
        }

        followed[lease.WorkspaceId] = (time.GetTimestamp(), firstDay);
    }

    // The entries of a slice that is partly stored are read again. They give the same tallies in the same order.
    private static async Task<(ReadSliceRow Row, List<ReadTally> Tallies)?> CollectAsync(FollowerLease lease, ReadSliceRow? begun)
    {
        var reads = new ReadCollector(lease.WorkspaceId);
        var first = lease.Place + 1;
        var end = begun is { } slice ? slice.LastSequence + 1 : first + LargestSlice;
        var next = first;
        for (var before = 0L; next != before && next < end && (begun is not null || reads.Count < LargestTallies);)
        {
            before = next;
            next = await lease.Database.ReadAsync(session => EntryReader.ReadAsync(
                session, lease.WorkspaceId, before, Math.Min(end, before + EntriesInRead), reads.Add));
        }

        return next == first ? null : (new ReadSliceRow(next - 1, begun?.Stored ?? 0), reads.ToTallies());
    }

    /// <summary>Stores the tallies of a slice that are not stored yet. Returns false if it was told to stop before the end.</summary>
    private static async Task<bool> StoreAsync(
        FollowerLease lease, ReadSliceRow slice, List<ReadTally> tallies, CancellationToken cancellation)
    {
        while (tallies.Count - slice.Stored > TalliesInTransaction)
        {
            if (cancellation.IsCancellationRequested)
            {
                return false;
            }

            var stored = slice.Stored + TalliesInTransaction;
            await lease.StoreAsync(async transaction =>
            {
                Require(await ReadSliceTable.AdvanceAsync(transaction, lease.WorkspaceId, slice, stored));
                await AddAsync(transaction, lease.WorkspaceId, tallies[slice.Stored..stored]);
                return true;
            }, TalliesInTransaction * ReadTally.Rows);
            slice = slice with { Stored = stored };
        }

        await lease.AdvanceAsync(slice.LastSequence, async transaction =>
        {
            Require(await ReadSliceTable.EndAsync(transaction, lease.WorkspaceId, slice));
            await AddAsync(transaction, lease.WorkspaceId, tallies[slice.Stored..]);
        }, (tallies.Count - slice.Stored + 1) * ReadTally.Rows);
        return true;
    }

    // What another node has stored of the slice meanwhile must not be stored again.
    private static void Require(bool isAsExpected)
    {
        if (!isAsExpected)
        {
            throw new FollowerLostException();
        }
    }

    // A secret that is purged takes its reads with it, so those that are followed later are left out.
    private static async ValueTask AddAsync(Transaction transaction, string workspaceId, List<ReadTally> tallies)
    {
        var kept = await SecretTable.FindKeptAsync(
            transaction, workspaceId, tallies.Select(tally => tally.SecretId).Where(id => id != ReadTally.Workspace).Distinct());
        await ReadTallies.AddAsync(
            transaction, workspaceId,
            [.. tallies.Where(tally => tally.SecretId == ReadTally.Workspace || kept.Contains(tally.SecretId))]);
    }

    private static async Task RemoveBeforeAsync(FollowerLease lease, long day, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && await lease.StoreAsync(
            transaction => ReadTallies.RemoveBeforeAsync(transaction, lease.WorkspaceId, day, DaysInTransaction), DaysInTransaction))
        {
        }
    }
}
