namespace Secronna.Storage.Tables;

/// <summary>A secret that exists or existed. Times are in microseconds since 1970.</summary>
/// <param name="Id">The secret's id.</param>
/// <param name="Key">The secret's key. Other secrets may have had the same key before or after it.</param>
/// <param name="CreatedAt">When its first version was written.</param>
/// <param name="ChangedAt">When it last changed or was deleted.</param>
public sealed record SecretLifetimeRow(string Id, string Key, long CreatedAt, long ChangedAt);
