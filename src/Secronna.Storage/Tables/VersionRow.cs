namespace Secronna.Storage.Tables;

/// <summary>A version in a list of versions, without its value.</summary>
/// <param name="Version">The version's number.</param>
/// <param name="Kind">How it was made, such as written or restored.</param>
/// <param name="CreatedAt">When it was made, in microseconds since 1970.</param>
/// <param name="CreatedBy">The id of the caller who made it.</param>
/// <param name="Comment">The caller's comment.</param>
/// <param name="IsDestroyed">Whether this one version was destroyed (S15).</param>
/// <param name="SealedBytes">The length of the ciphertext; 0 if there is none any more.</param>
public sealed record VersionRow(
    int Version, string Kind, long CreatedAt, string CreatedBy, string? Comment, bool IsDestroyed, int SealedBytes);
