using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Index;

/// <summary>Collects the postings of entries that are added in the order of their numbers, and makes the pages of a run of them.</summary>
internal sealed class PostingCollector
{
    private readonly Dictionary<byte[], List<long>> postings = new(TermComparer.Instance);
    private readonly Dictionary<byte[], List<long>>.AlternateLookup<ReadOnlySpan<byte>> lookup;
    private readonly byte[] term = new byte[1_024];

    public PostingCollector() => lookup = postings.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Adds a posting, unless the entry does not have the id.</summary>
    public void Add(byte kind, ReadOnlySpan<byte> item, long sequence)
    {
        if (item.Length > 0)
        {
            term[0] = kind;
            item.CopyTo(term.AsSpan(1));
            Add(term.AsSpan(0, 1 + item.Length), sequence);
        }
    }

    /// <summary>Adds a posting of a term that is a kind alone.</summary>
    public void AddKind(byte kind, long sequence) => Add([kind], sequence);

    /// <summary>Makes the pages of all postings.</summary>
    public List<IndexPage> ToPages()
    {
        var pages = new List<IndexPage>();
        var writer = new PostingPageWriter();
        foreach (var (sorted, sequences) in postings.OrderBy(pair => pair.Key, TermComparer.Instance))
        {
            foreach (var sequence in sequences)
            {
                if (writer.Add(sorted, sequence) is { } page)
                {
                    pages.Add(page);
                }
            }
        }

        if (writer.End() is { } last)
        {
            pages.Add(last);
        }

        return pages;
    }

    private void Add(ReadOnlySpan<byte> key, long sequence)
    {
        if (!lookup.TryGetValue(key, out var sequences))
        {
            sequences = [];
            lookup[key] = sequences;
        }

        sequences.Add(sequence);
    }
}
