using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Index;

/// <summary>Reads the postings of one term downwards, through all runs of the index. It reads pages as they are needed.</summary>
/// <param name="session">The session, which must see one state of the database.</param>
/// <param name="workspaceId">The workspace of the trail.</param>
/// <param name="runs">The live runs, newest first.</param>
/// <param name="term">The term.</param>
internal sealed class PostingStream(Session session, string workspaceId, IReadOnlyList<IndexRun> runs, byte[] term)
{
    private int run;
    private List<long> page = [];
    private int next = -1;
    private bool isRunRead;
    private long lowest = long.MaxValue;

    /// <summary>How many pages were read.</summary>
    public int PagesRead { get; private set; }

    /// <summary>
    /// Finds the highest sequence number of the term that is below <paramref name="below"/>; <c>null</c> if there is none. No call
    /// may ask for a higher one than the call before it.
    /// </summary>
    public async ValueTask<long?> FindBelowAsync(long below)
    {
        while (true)
        {
            while (next >= 0 && page[next] >= below)
            {
                next--;
            }

            if (next >= 0)
            {
                return page[next];
            }

            if (!await ReadPageAsync(below))
            {
                return null;
            }
        }
    }

    private async ValueTask<bool> ReadPageAsync(long below)
    {
        while (run < runs.Count)
        {
            var end = Math.Min(below, lowest);
            if (isRunRead || runs[run].FirstSequence >= end)
            {
                (run, isRunRead, lowest) = (run + 1, false, long.MaxValue);
                continue;
            }

            PagesRead++;
            var found = await TrailIndexTable.FindPageAsync(session, workspaceId, runs[run], term, end - 1);
            // If the page begins with another term, the first posting of this term is in it.
            isRunRead = found is null || !TermComparer.Instance.Equals(found.FirstTerm, term);
            page = found is null ? [] : PostingPage.Find(found, term);
            next = page.Count - 1;
            if (next >= 0)
            {
                lowest = page[0];
                return true;
            }
        }

        return false;
    }
}
