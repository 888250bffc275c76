using Secronna.Crypto.Trail;
using Secronna.Server.Trail.Index;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Reading;

/// <summary>
/// Collects the entries of a page, newest first. It looks at a bounded number of entries and pages of the index (S31), so a page
/// may end before it is full.
/// </summary>
/// <param name="session">The session. All its statements must see one state of the database.</param>
/// <param name="workspaceId">The workspace of the trail.</param>
/// <param name="filter">The conditions.</param>
/// <param name="first">Entries with lower sequence numbers are not looked at.</param>
/// <param name="limit">The largest number of entries.</param>
internal sealed class TrailPageReader(Session session, string workspaceId, TrailFilter filter, long first, int limit)
{
    /// <summary>The largest number of entries that are looked at for one page.</summary>
    public const int ScanLimit = 5_000;

    private const int IndexPagesLimit = 1_000;

    private readonly EntryMatcher matcher = new(filter);
    private TrailSegmentRow? segment;
    private List<ReadOnlyMemory<byte>> unpacked = [];
    private int scanned;

    /// <summary>The entries that were found.</summary>
    public List<RecordedEntry> Found { get; } = [];

    private bool IsOver => Found.Count == limit || scanned == ScanLimit;

    /// <summary>Looks at entries one after the other.</summary>
    /// <param name="below">Where to begin: entries with lower sequence numbers are looked at.</param>
    /// <param name="above">Where to end: entries with this sequence number or lower ones are not looked at.</param>
    /// <returns>The sequence number below which there may be further entries.</returns>
    public async ValueTask<long> ScanAsync(long below, long above)
    {
        var end = Math.Max(above, first - 1);
        var next = below;
        await TrailSegmentTable.ReadDownAsync(session, workspaceId, below, ScanLimit, read =>
        {
            Take(read);
            for (var sequence = Math.Min(read.LastSequence, below - 1); sequence >= Math.Max(read.FirstSequence, end + 1) && !IsOver; sequence--)
            {
                Look(sequence);
                next = sequence;
            }

            return !IsOver && read.FirstSequence > end + 1;
        });
        // The trail may be shorter than the number to begin at.
        return IsOver ? next : Math.Min(below, end + 1);
    }

    /// <summary>Looks at the entries that have all terms, by the index.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="below">Where to begin: entries with lower sequence numbers are looked at.</param>
    /// <returns>The sequence number below which there may be further entries; <c>null</c> if there are none.</returns>
    public async ValueTask<long?> LookUpAsync(IReadOnlyList<byte[]> terms, long below)
    {
        var runs = await TrailIndexTable.ListLiveAsync(session, workspaceId);
        var postings = new PostingIntersection([.. terms.Select(term => new PostingStream(session, workspaceId, runs, term))]);
        while (!IsOver && postings.PagesRead < IndexPagesLimit)
        {
            if (await postings.FindBelowAsync(below, IndexPagesLimit) is not { } candidate || candidate.Sequence < first)
            {
                return null;
            }

            below = candidate.Sequence;
            if (candidate.HasAllTerms)
            {
                await FetchAsync(below);
                Look(below);
            }
        }

        return below;
    }

    private async ValueTask FetchAsync(long sequence)
    {
        if (segment is null || sequence < segment.FirstSequence || sequence > segment.LastSequence)
        {
            Take(await TrailSegmentTable.FindAsync(session, workspaceId, sequence)
                ?? throw TrailDamagedException.Missing(sequence));
        }
    }

    private void Take(TrailSegmentRow read)
    {
        segment = read;
        unpacked = read.UnpackAll();
    }

    private void Look(long sequence)
    {
        scanned++;
        var bytes = unpacked[(int)(sequence - segment!.FirstSequence)].Span;
        if (IsMatch(bytes, sequence))
        {
            Found.Add(segment.Decode(workspaceId, sequence, bytes));
        }
    }

    private bool IsMatch(ReadOnlySpan<byte> entry, long sequence)
    {
        try
        {
            return matcher.Matches(entry);
        }
        catch (FormatException exception)
        {
            throw TrailDamagedException.OfEntry(sequence, exception);
        }
    }
}
