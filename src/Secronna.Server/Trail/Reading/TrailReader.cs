using Secronna.Crypto.Trail;
using Secronna.Server.Trail.Index;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Reading;

/// <summary>Reads entries of trails.</summary>
internal static class TrailReader
{
    private const int SegmentsInRead = 100;

    /// <summary>
    /// Reads a page of a workspace's entries that meet conditions. Entries are found in the index and, as far as they are not
    /// indexed yet, one by one. So an entry is found as soon as it is durable.
    /// </summary>
    /// <param name="session">The session. All its statements must see one state of the database.</param>
    /// <param name="workspaceId">The workspace's id, or <see cref="TrailEntry.Installation"/>.</param>
    /// <param name="filter">The conditions.</param>
    /// <param name="below">The page has entries with sequence numbers below this one.</param>
    /// <param name="limit">The largest number of entries.</param>
    public static async ValueTask<TrailPage> PageAsync(
        Session session, string workspaceId, TrailFilter filter, long below, int limit)
    {
        var range = await FindRangeAsync(session, workspaceId, filter, below);
        var page = new TrailPageReader(session, workspaceId, filter, range.First, limit);
        var terms = IndexTerm.Of(filter);
        var indexed = terms.Count == 0 ? 0 : await TrailFollowerTable.FindPlaceAsync(session, workspaceId, IndexFollower.FollowerName);
        var scannedTo = await page.ScanAsync(range.Below, indexed);
        var next = terms.Count > 0 && scannedTo <= indexed + 1 ? await page.LookUpAsync(terms, scannedTo) : scannedTo;

        return new TrailPage(page.Found, next > range.First ? next : null);
    }

    /// <summary>Reads entries above a sequence number, oldest first. Reads whole segments, so there may be some more than the limit.</summary>
    public static async ValueTask<List<RecordedEntry>> ListAsync(Session session, string workspaceId, long above, int limit)
    {
        var found = new List<RecordedEntry>();
        await TrailSegmentTable.ReadUpAsync(session, workspaceId, above + 1, SegmentsInRead, segment =>
        {
            found.AddRange(segment.Decode(workspaceId).Where(entry => entry.Sequence > above));
            return found.Count < limit;
        });
        return found;
    }

    private static async ValueTask<(long First, long Below)> FindRangeAsync(
        Session session, string workspaceId, TrailFilter filter, long below)
    {
        var first = filter.From is { } from ? await TrailSegmentTable.FindFirstSinceAsync(session, workspaceId, from) : 1;
        if (filter.To is { } to && to < long.MaxValue)
        {
            below = Math.Min(below, await TrailSegmentTable.FindFirstSinceAsync(session, workspaceId, to + 1));
        }

        return filter.Sequence is { } sequence
            ? (Math.Max(first, sequence), Math.Min(below, sequence + 1))
            : (first, below);
    }
}
