namespace Secronna.Storage.Tables;

/// <summary>A reader of a secret. Times are in microseconds since 1970.</summary>
/// <param name="Reader">Who reads.</param>
/// <param name="FirstAt">When it read the secret first, by a reveal or a comparison.</param>
/// <param name="FirstSequence">The sequence number of that entry.</param>
/// <param name="LastAt">When it read the secret last.</param>
public sealed record SecretReaderRow(SecretReader Reader, long FirstAt, long FirstSequence, long LastAt);
