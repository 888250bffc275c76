namespace Secronna.Storage.Tables;

/// <summary>A change of a secret.</summary>
/// <param name="Position">The instant of the change, and the secret's id.</param>
/// <param name="Key">The secret's key.</param>
/// <param name="Version">
/// The version that was written or destroyed, and its kind; <c>null</c> for a deletion of the secret.
/// </param>
/// <param name="IsDestruction">Whether the version was destroyed by this change, and not written.</param>
/// <param name="By">The id of the caller who made the change.</param>
/// <param name="Comment">The comment of the version.</param>
public sealed record ChangeRow(
    ChangePosition Position, string Key, (int Number, string Kind)? Version, bool IsDestruction, string By, string? Comment);
