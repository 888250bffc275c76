using Secronna.Storage.Tables;

namespace Secronna.Server.Trail.Index;

/// <summary>Reads the postings of a page.</summary>
internal static class PostingPage
{
    /// <summary>Reads all groups of a page: a term and its sequence numbers, ascending.</summary>
    /// <exception cref="TrailDamagedException">The page is damaged.</exception>
    public static List<(byte[] Term, List<long> Sequences)> Read(IndexPage page)
    {
        var groups = new List<(byte[] Term, List<long> Sequences)>();
        ReadOnlySpan<byte> rest = page.Postings;
        while (rest.Length > 0)
        {
            groups.Add((ReadTerm(ref rest).ToArray(), ReadSequences(ref rest)));
        }

        return groups;
    }

    /// <summary>The sequence numbers of a term in a page, ascending; none if the page does not have the term.</summary>
    /// <exception cref="TrailDamagedException">The page is damaged.</exception>
    public static List<long> Find(IndexPage page, ReadOnlySpan<byte> term)
    {
        ReadOnlySpan<byte> rest = page.Postings;
        while (rest.Length > 0)
        {
            var isFound = ReadTerm(ref rest).SequenceEqual(term);
            if (isFound)
            {
                return ReadSequences(ref rest);
            }

            SkipSequences(ref rest);
        }

        return [];
    }

    private static List<long> ReadSequences(ref ReadOnlySpan<byte> rest)
    {
        var (count, sequence) = (Varint.Read(ref rest), 0L);
        var sequences = new List<long>((int)Math.Min(count, rest.Length));
        for (long i = 0; i < count; i++)
        {
            sequence += Varint.Read(ref rest);
            sequences.Add(sequence);
        }

        return sequences;
    }

    private static void SkipSequences(ref ReadOnlySpan<byte> rest)
    {
        var count = Varint.Read(ref rest);
        for (long i = 0; i < count; i++)
        {
            _ = Varint.Read(ref rest);
        }
    }

    private static ReadOnlySpan<byte> ReadTerm(ref ReadOnlySpan<byte> rest)
    {
        var length = Varint.Read(ref rest);
        if (length > rest.Length || length < 0)
        {
            throw new TrailDamagedException("a page of the trail's index is damaged");
        }

        var term = rest[..(int)length];
        rest = rest[(int)length..];
        return term;
    }
}
