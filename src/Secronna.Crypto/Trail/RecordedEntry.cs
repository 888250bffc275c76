namespace Secronna.Crypto.Trail;

/// <summary>An entry in its place in the trail of its workspace.</summary>
/// <param name="Sequence">The place, counted from 1 without gaps.</param>
/// <param name="CreatedAt">When the entry was recorded, in microseconds since 1970 UTC.</param>
/// <param name="Entry">The entry.</param>
public sealed record RecordedEntry(long Sequence, long CreatedAt, TrailEntry Entry);
