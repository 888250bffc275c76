namespace Secronna.Storage.Tables;

/// <summary>A slice of a trail that is partly stored.</summary>
/// <param name="LastSequence">The number of its last entry.</param>
/// <param name="Stored">How many of its tallies are stored, in their order.</param>
public readonly record struct ReadSliceRow(long LastSequence, int Stored);
