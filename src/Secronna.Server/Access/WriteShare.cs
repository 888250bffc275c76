using Secronna.Crypto.Trail;

namespace Secronna.Server.Access;

/// <summary>What a write takes from the shares of its credential and its workspace (S31).</summary>
/// <param name="Versions">Versions, and other rows that the write adds.</param>
/// <param name="Bytes">About how many bytes the write stores.</param>
internal readonly record struct WriteShare(int Versions, long Bytes)
{
    // What a row or an audit entry takes with its ids, times and indexes, whatever it holds.
    private const int BytesPerRow = 1_024;

    /// <summary>A write that adds one row or one audit entry.</summary>
    public static WriteShare OneRow { get; } = new(1, BytesPerRow);

    /// <summary>The share of versions that a request mints.</summary>
    /// <param name="versions">The number of versions.</param>
    /// <param name="contentBytes">The bytes of their values and comments.</param>
    public static WriteShare OfVersions(int versions, long contentBytes) => new(versions, contentBytes + ((long)versions * BytesPerRow));

    /// <summary>The share of audit entries that name much.</summary>
    public static WriteShare OfEntries(IReadOnlyCollection<TrailEntry> entries) => new(
        entries.Count, entries.Sum(entry => BytesPerRow + (long)(entry.Details?.Length ?? 0)));

    /// <summary>Adds one row with content.</summary>
    /// <param name="contentBytes">The bytes of its content.</param>
    public WriteShare AndRow(long contentBytes) => new(Versions + 1, Bytes + contentBytes + BytesPerRow);
}
