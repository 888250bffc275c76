namespace Secronna.Storage.Tables;

/// <summary>A master key that the installation knows by its id. The database does not hold the key itself (S2).</summary>
/// <param name="Id">The master key's id.</param>
/// <param name="CreatedAt">When it became known, in microseconds since 1970.</param>
/// <param name="ActiveSince">When it last became the active one; <c>null</c> where it never was.</param>
/// <param name="UnusedSince">
/// When it stopped wrapping any key; <c>null</c> while it wraps one. Backups from before that time need it.
/// </param>
/// <param name="RetiredAt">When it was retired; <c>null</c> where it was not.</param>
/// <param name="CheckBox">
/// A random key that it wrapped when it became known, by which nodes check that they have the same master key. <c>null</c> where
/// it became known before there were check boxes.
/// </param>
public sealed record KnownMasterKey(
    string Id, long CreatedAt, long? ActiveSince, long? UnusedSince, long? RetiredAt, byte[]? CheckBox);
