namespace Secronna.Storage.Tables;

/// <summary>
/// Reads of a stretch of a trail that have secret, reader, day and version in common. In the order of a stretch's tallies, those of
/// a secret follow each other by their last entries.
/// </summary>
/// <param name="SecretId">The secret's id; <see cref="Workspace"/> for the reveals of all secrets.</param>
/// <param name="Reader">Who read.</param>
/// <param name="Day">The day, counted from 1970, UTC.</param>
/// <param name="Version">The version's number; <c>null</c> for comparisons, and for the reveals of all secrets.</param>
/// <param name="Reveals">How many of the reads are reveals: all, or none if they are comparisons.</param>
/// <param name="FirstAt">The time of the first one, in microseconds since 1970.</param>
/// <param name="FirstSequence">The sequence number of the first one.</param>
/// <param name="LastAt">The time of the last one.</param>
public sealed record ReadTally(
    string SecretId, SecretReader Reader, long Day, int? Version, long Reveals, long FirstAt, long FirstSequence, long LastAt)
{
    /// <summary>The <see cref="SecretId"/> of tallies that count the reveals of all secrets of a workspace.</summary>
    public const string Workspace = "";

    /// <summary>The most rows that storing a tally changes.</summary>
    public const int Rows = 4;
}
