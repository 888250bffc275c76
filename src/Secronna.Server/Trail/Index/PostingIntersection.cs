namespace Secronna.Server.Trail.Index;

/// <summary>Finds the entries that have all of several terms, downwards.</summary>
internal sealed class PostingIntersection(IReadOnlyList<PostingStream> streams)
{
    /// <summary>How many pages of the index were read.</summary>
    public int PagesRead => streams.Sum(stream => stream.PagesRead);

    /// <summary>
    /// Finds the highest entry below a sequence number that has all terms. If that takes too many pages, the result is an entry that
    /// has some of the terms; no entry above it has all of them.
    /// </summary>
    /// <param name="below">The sequence number.</param>
    /// <param name="maxPages">How many pages may be read in all calls together.</param>
    /// <returns><c>null</c> if there is no such entry.</returns>
    public async ValueTask<(long Sequence, bool HasAllTerms)?> FindBelowAsync(long below, int maxPages)
    {
        var candidate = below;
        for (var agreeing = 0; agreeing < streams.Count;)
        {
            agreeing = 0;
            foreach (var stream in streams)
            {
                // Before the first stream has answered, the candidate itself is out of the question.
                var isFirst = candidate == below;
                if (await stream.FindBelowAsync(isFirst ? below : candidate + 1) is not { } sequence)
                {
                    return null;
                }

                agreeing = sequence == candidate ? agreeing + 1 : 1;
                candidate = sequence;
            }

            if (agreeing < streams.Count && PagesRead >= maxPages)
            {
                return (candidate, false);
            }
        }

        return (candidate, true);
    }
}
