// A page is groups, each the postings of one term:
//
//   | length of term | term | number of postings | first sequence | difference to the next | … |
//
// Every number is a varint: seven bits a byte, the lowest first, and the highest bit says that another byte follows.

using System.Buffers;
using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Index;

/// <summary>Makes the pages of a run from its postings, which are added in order: by term, then by sequence number.</summary>
internal sealed class PostingPageWriter
{
    // A page of SQLite has room for one row of this size.
    private const int MaxBytes = 3_900;

    private readonly ArrayBufferWriter<byte> finished = new();
    private readonly ArrayBufferWriter<byte> group = new();
    private byte[]? pageTerm;
    private long pageSequence;
    private byte[]? term;
    private int count;
    private long last;

    /// <summary>Adds a posting. Returns the page before it, if that page is full.</summary>
    public IndexPage? Add(byte[] ofTerm, long sequence)
    {
        IndexPage? full = null;
        if (pageTerm is not null && Size + 2 * Varint.MaxBytes + ofTerm.Length > MaxBytes)
        {
            full = End();
        }

        if (pageTerm is null)
        {
            (pageTerm, pageSequence) = (ofTerm, sequence);
        }

        if (term is null || !TermComparer.Instance.Equals(term, ofTerm))
        {
            FinishGroup();
            (term, count, last) = (ofTerm, 0, 0);
        }

        Varint.Write(group, sequence - last);
        (count, last) = (count + 1, sequence);
        return full;
    }

    /// <summary>Ends the last page. Returns <c>null</c> if it has no postings.</summary>
    public IndexPage? End()
    {
        FinishGroup();
        var page = pageTerm is null ? null : new IndexPage(pageTerm, pageSequence, finished.WrittenSpan.ToArray());
        finished.ResetWrittenCount();
        (pageTerm, term) = (null, null);
        return page;
    }

    private int Size => finished.WrittenCount + group.WrittenCount + (term?.Length ?? 0) + (2 * Varint.MaxBytes);

    private void FinishGroup()
    {
        if (term is not null)
        {
            Varint.Write(finished, term.Length);
            finished.Write(term);
            Varint.Write(finished, count);
            finished.Write(group.WrittenSpan);
            group.ResetWrittenCount();
        }
    }
}
