namespace Secronna.Storage.Tables;

/// <summary>A master key that the installation knows by its id. The database does not hold the key itself (S2).</summary>
/// <param name="Id">The master key's id.</param>
/// <param name="CreatedAt">When it became known, in microseconds since 1970.</param>
/// <param name="ActiveSince">When it last became the active one; <c>null</c> where it never was.</param>
/// <param name="UnusedSince">
/// When it stopped wrapping any key; <c>null</c> while it wraps one. Backups from before that time need the master key.
/// </param>
/// <param name="RetiredAt">When it was retired; <c>null</c> where it was not.</param>
/// <param name="CheckBox">
/// A random key that the master key wrapped when it became known. Nodes use it to check that they have the same master key.
/// <c>null</c> where the master key became known before check boxes existed.
/// </param>
public sealed record KnownMasterKey(
    string Id, long CreatedAt, long? ActiveSince, long? UnusedSince, long? RetiredAt, byte[]? CheckBox);
