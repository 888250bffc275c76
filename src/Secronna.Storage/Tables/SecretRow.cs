namespace Secronna.Storage.Tables;

/// <summary>
/// A secret, as it is now or was at an instant, with its project and environment. Times are in microseconds since 1970.
/// </summary>
/// <param name="Id">The secret's id.</param>
/// <param name="WorkspaceId">The workspace's id.</param>
/// <param name="ProjectId">The id of the environment's project.</param>
/// <param name="EnvironmentId">The environment's id.</param>
/// <param name="ProjectSlug">The project's slug.</param>
/// <param name="EnvironmentSlug">The environment's slug.</param>
/// <param name="Key">The secret's key.</param>
/// <param name="CurrentVersion">The number of the version that is, or was then, the current one.</param>
/// <param name="CreatedAt">When the first version was written.</param>
/// <param name="UpdatedAt">When the current version was written.</param>
public sealed record SecretRow(
    string Id, string WorkspaceId, string ProjectId, string EnvironmentId, string ProjectSlug, string EnvironmentSlug,
    string Key, int CurrentVersion, long CreatedAt, long UpdatedAt)
{
    /// <summary>For a past state, whether the secret was deleted after that state.</summary>
    public bool IsDeletedSince { get; init; }

    /// <summary>For a past state, whether its version alone was destroyed after that state.</summary>
    public bool IsDestroyed { get; init; }

    /// <summary>For a past state, whether its value is gone for good (S15).</summary>
    public bool IsUnrecoverable => IsDeletedSince || IsDestroyed;

    /// <summary>For a past state, the tag of the version's ciphertext; empty where it is destroyed.</summary>
    public byte[] Tag { get; init; } = [];

    /// <summary>For a past state, the length of the version's ciphertext in bytes; 0 where it is destroyed.</summary>
    public int SealedBytes { get; init; }

    /// <summary>The path: the slugs of project and environment, and the key.</summary>
    public string Path { get; } = string.Concat(ProjectSlug, "/", EnvironmentSlug, "/" + Key);
}
