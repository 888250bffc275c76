namespace Secronna.Storage.Tables;

/// <summary>The number and the time of a trail's last entry; zeros where there is no entry.</summary>
/// <param name="LastSequence">The sequence number. Entries of a workspace count from 1 without gaps (S20).</param>
/// <param name="At">The time, in microseconds since 1970.</param>
public readonly record struct TrailEnd(long LastSequence, long At);
