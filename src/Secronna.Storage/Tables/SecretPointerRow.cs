namespace Secronna.Storage.Tables;

/// <summary>A secret's pointer to its current version, for a check against the secret's versions and history.</summary>
/// <param name="Id">The secret's id.</param>
/// <param name="IsDeleted">Whether the secret is a tombstone.</param>
/// <param name="MatchesEnvironment">
/// Whether the secret, its environment and its project name the same workspace and project.
/// </param>
/// <param name="CurrentVersion">The version that the pointer names.</param>
/// <param name="LastVersion">The highest version; 0 where there is none.</param>
/// <param name="VersionsToDestroy">For a tombstone, the number of versions that a server must still destroy.</param>
/// <param name="UndestroyedVersions">
/// For a tombstone, the number of versions that count as destroyed but still hold a wrapped key or a ciphertext.
/// </param>
/// <param name="MatchesHistory">
/// Whether the secret's changes are exactly its versions, the destructions of some of them and its deletion, each at its own time.
/// </param>
public sealed record SecretPointerRow(
    string Id, bool IsDeleted, bool MatchesEnvironment, long CurrentVersion, long LastVersion, long VersionsToDestroy,
    long UndestroyedVersions, bool MatchesHistory);
