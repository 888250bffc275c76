using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Index;

/// <summary>Reads a run forwards, a group of postings of one term at a time.</summary>
internal sealed class RunReader(Database database, string workspaceId, IndexRun run)
{
    private const int PagesInRead = 16;

    private readonly Queue<(byte[] Term, List<long> Sequences)> groups = new();
    private IndexPage? last;

    /// <summary>The term of the current group; <c>null</c> at the run's end. Several groups may follow each other that have one term.</summary>
    public byte[]? Term { get; private set; }

    /// <summary>The sequence numbers of the current group, ascending.</summary>
    public List<long> Sequences { get; private set; } = [];

    /// <summary>Moves to the next group. It must be called before the first one too.</summary>
    public async ValueTask MoveNextAsync()
    {
        if (groups.Count == 0)
        {
            await ReadAsync();
        }

        (Term, Sequences) = groups.TryDequeue(out var group) ? (group.Term, group.Sequences) : (null, []);
    }

    private async ValueTask ReadAsync()
    {
        var pages = await database.ReadAsync(session =>
            TrailIndexTable.ListPagesAsync(session, workspaceId, run, last, PagesInRead));
        foreach (var group in pages.SelectMany(PostingPage.Read))
        {
            groups.Enqueue(group);
        }

        last = pages.Count > 0 ? pages[^1] : last;
    }
}
