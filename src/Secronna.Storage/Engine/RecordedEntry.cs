namespace Secronna.Storage.Engine;

/// <summary>An audit entry as it is stored, with its number and its time.</summary>
/// <param name="Sequence">The entry's number within its workspace. It counts from 1 without gaps (S20).</param>
/// <param name="CreatedAt">Microseconds since 1970. Never less than the time of the entry before it.</param>
/// <param name="Entry">The entry that was appended.</param>
public sealed record RecordedEntry(long Sequence, long CreatedAt, AuditEntry Entry);
