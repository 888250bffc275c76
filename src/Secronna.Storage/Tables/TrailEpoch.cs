namespace Secronna.Storage.Tables;

/// <summary>An epoch of a trail. A restored database begins a new one, because it may give lost sequence numbers again.</summary>
/// <param name="Number">The epoch's number, counted from 1.</param>
/// <param name="FirstSequence">The sequence number of its first entry.</param>
public readonly record struct TrailEpoch(long Number, long FirstSequence)
{
    /// <summary>The epoch that every trail begins with.</summary>
    public static TrailEpoch First { get; } = new(1, 1);
}
