namespace Secronna.Protocol;

/// <summary>Creates a project or an environment, or renames a project.</summary>
public sealed record NameRequest(string Name);

/// <summary>
/// Changes an environment: its name, whether every reveal of its values must give a reason, or both. An absent field stays as it
/// is.
/// </summary>
public sealed record EnvironmentChangeRequest(string? Name, bool? RequireReason);

/// <summary>Creates a secret or mints its next version. The server never holds the value as a string (S26).</summary>
public sealed record WriteSecretRequest(string Key, string Value, int? ExpectedVersion, string? Comment)
{
    /// <summary>Shows the key, never the value.</summary>
    public override string ToString() => $"{nameof(WriteSecretRequest)} {{ {nameof(Key)} = {Key} }}";
}

/// <summary>Writes several secrets: all of them, or none where one is refused.</summary>
public sealed record BatchRequest(IReadOnlyList<WriteSecretRequest> Secrets, string? Comment);

/// <summary>Reveals a secret by its path of slugs and key.</summary>
public sealed record RevealPathRequest(string Path, int? Version);

/// <summary>Reveals the secrets of an environment, or some of them, as they are or as they stood at a time.</summary>
public sealed record RevealEnvironmentRequest(IReadOnlyList<string>? Keys, Instant? At);

/// <summary>Mints a version with the value of an earlier version.</summary>
public sealed record RollbackRequest(int Version, string? Comment);

/// <summary>
/// Restores an environment to how it stood at a time. Secrets that were created since stay, unless they are pruned. A dry run
/// changes nothing.
/// </summary>
public sealed record RestoreRequest(Instant At, bool? DryRun, bool? Prune, string? Comment);

/// <summary>Compares an environment with another, each as it is or as it stood at a time.</summary>
public sealed record CompareRequest(string With, Instant? At, Instant? WithAt);

/// <summary>Creates an API key. One without <c>ExpiresInDays</c> does not expire, unless the API key that makes it does.</summary>
public sealed record ApiKeyRequest(string Name, int? ExpiresInDays);

/// <summary>
/// Creates an access key. One without <c>Grants</c> may do everything with the workspace's secrets; an empty list is no power at
/// all.
/// </summary>
public sealed record AccessKeyRequest(string Name, int? ExpiresInDays, IReadOnlyList<Grant>? Grants);

/// <summary>
/// Changes an access key. An absent field stays as it is; an empty list of grants takes all power away. In JSON, a null of
/// <c>ExpiresInDays</c> lifts the expiry.
/// </summary>
public sealed record AccessKeyChangeRequest(string? Name, int? ExpiresInDays, IReadOnlyList<Grant>? Grants);
