namespace Secronna.Crypto.Trail;

/// <summary>
/// The numbers that entries store in place of outcomes (docs/formats.md). Most entries record a success, so it is the outcome of
/// an entry that stores none, and its number never stands in an entry.
/// </summary>
public static class TrailOutcomes
{
    /// <summary>The number of an outcome that entries store as text.</summary>
    public const int None = WordTable.None;

    /// <summary>The number of the outcome <c>success</c>.</summary>
    public const int Success = 0;

    /// <summary>The number of the outcome <c>denied</c>.</summary>
    public const int Denied = 1;

    /// <summary>The number of the outcome <c>failed</c>.</summary>
    public const int Failed = 2;

    internal static readonly WordTable Table = new(first: Success, ["success", "denied", "failed"]);

    /// <summary>All outcomes that have a number, in the order of their numbers. The first one has number 0.</summary>
    public static IReadOnlyList<string> All => Table.Words;

    /// <summary>The number of an outcome, or <see cref="None"/>.</summary>
    public static int NumberOf(string outcome) => Table.NumberOf(outcome);
}
