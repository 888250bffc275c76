namespace Secronna.Storage.Tables;

/// <summary>A run of the index of a trail: the sorted postings of a range of entries.</summary>
/// <param name="LastSequence">The number of the last entry of the range.</param>
/// <param name="Level">How often the run was merged. Runs of level 0 are made from entries.</param>
/// <param name="FirstSequence">The number of the first entry of the range.</param>
public sealed record IndexRun(long LastSequence, int Level, long FirstSequence);
