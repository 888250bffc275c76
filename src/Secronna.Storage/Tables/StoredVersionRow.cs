namespace Secronna.Storage.Tables;

/// <summary>A version of any secret, with its ciphertext and wrapped key.</summary>
/// <param name="SecretId">The secret's id.</param>
/// <param name="Version">The version's number.</param>
/// <param name="KekId">The id of the KEK; <c>null</c> where the version was destroyed.</param>
/// <param name="WrappedDataKey">The wrapped data key.</param>
/// <param name="Ciphertext">The ciphertext.</param>
/// <param name="Tag">The tag in its own column.</param>
/// <param name="IsDestroyed">Whether the history says that this one version was destroyed.</param>
/// <param name="WorkspaceId">The id of the workspace that the secret's row names.</param>
/// <param name="EnvironmentId">The id of the secret's environment.</param>
/// <param name="ProjectId">The id of the environment's project.</param>
/// <param name="Key">The secret's key.</param>
/// <param name="IsDeleted">Whether the secret is a tombstone.</param>
/// <param name="IsBeingRemoved">
/// Whether the environment or the project is deleted, so that the rows are removed in the background.
/// </param>
public sealed record StoredVersionRow(
    string SecretId, long Version, string? KekId, byte[] WrappedDataKey, byte[] Ciphertext, byte[] Tag, bool IsDestroyed,
    string WorkspaceId, string EnvironmentId, string ProjectId, string Key, bool IsDeleted, bool IsBeingRemoved);
