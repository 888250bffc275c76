using System.Runtime.CompilerServices;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Index;

/// <summary>
/// Reads several runs at once and makes the pages of the run that has the postings of all. The runs cover ranges of entries that
/// follow each other, so the postings of a term are those of the first run, then those of the second, and so on.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="workspaceId">The workspace of the trail.</param>
/// <param name="runs">The runs, oldest first.</param>
internal sealed class RunMerge(Database database, string workspaceId, IReadOnlyList<IndexRun> runs)
{
    /// <summary>Makes the pages, in order.</summary>
    /// <exception cref="OperationCanceledException">The merge was stopped.</exception>
    public async IAsyncEnumerable<IndexPage> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var readers = runs.Select(run => new RunReader(database, workspaceId, run)).ToList();
        foreach (var reader in readers)
        {
            await reader.MoveNextAsync();
        }

        var writer = new PostingPageWriter();
        while (readers.Where(reader => reader.Term is not null).MinBy(reader => reader.Term, TermComparer.Instance)?.Term is { } term)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var reader in readers)
            {
                while (reader.Term is not null && TermComparer.Instance.Equals(reader.Term, term))
                {
                    foreach (var sequence in reader.Sequences)
                    {
                        if (writer.Add(term, sequence) is { } page)
                        {
                            yield return page;
                        }
                    }

                    await reader.MoveNextAsync();
                }
            }
        }

        if (writer.End() is { } last)
        {
            yield return last;
        }
    }
}
