namespace Secronna.Storage.Tables;

/// <summary>A page of a run: some of its postings, ordered by term and then by sequence number.</summary>
/// <param name="FirstTerm">The term of the page's first posting.</param>
/// <param name="FirstSequence">The sequence number of the page's first posting.</param>
/// <param name="Postings">The encoded postings.</param>
public sealed record IndexPage(byte[] FirstTerm, long FirstSequence, byte[] Postings);
