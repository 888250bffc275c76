namespace Secronna.Storage.Tables;

/// <summary>The last reveal of a secret.</summary>
/// <param name="LastAt">When it was, in microseconds since 1970.</param>
/// <param name="LastBy">Who made it.</param>
/// <param name="Readers">How many different readers have ever revealed the secret.</param>
public sealed record SecretReadRow(long LastAt, SecretReader LastBy, long Readers);
