namespace Secronna.Protocol;

/// <summary>Creates or renames a project or an environment.</summary>
public sealed record NameRequest(string Name);

/// <summary>Creates a key or mints its next version. The server never holds the value as a string (S26).</summary>
public sealed record WriteSecretRequest(string Key, string Value, int? ExpectedVersion, string? Comment)
{
    /// <summary>Names the key, never the value.</summary>
    public override string ToString() => $"{nameof(WriteSecretRequest)} {{ {nameof(Key)} = {Key} }}";
}

/// <summary>Writes many keys, all or nothing.</summary>
public sealed record BatchRequest(IReadOnlyList<WriteSecretRequest> Secrets, string? Comment);

/// <summary>Reveals a secret by its path of slugs and key.</summary>
public sealed record RevealPathRequest(string Path, int? Version);

/// <summary>Reveals an environment, or some of its keys, as it is or as it stood at a time.</summary>
public sealed record RevealEnvironmentRequest(IReadOnlyList<string>? Keys, Instant? At);

/// <summary>Mints a version with the value of an earlier one.</summary>
public sealed record RollbackRequest(int Version, string? Comment);

/// <summary>
/// Brings an environment back to how it stood at a time; what was created since stays unless it is pruned. A dry run changes
/// nothing.
/// </summary>
public sealed record RestoreRequest(Instant At, bool? DryRun, bool? Prune, string? Comment);

/// <summary>Compares an environment with another, each as it is or as it stood at a time.</summary>
public sealed record CompareRequest(string With, Instant? At, Instant? WithAt);

/// <summary>Creates an access key; without grants it may do all in the workspace's secrets.</summary>
public sealed record AccessKeyRequest(string Name, int? ExpiresInDays, IReadOnlyList<Grant>? Grants);

/// <summary>Changes an access key; what is not given stays. An empty list of grants is all.</summary>
public sealed record AccessKeyChangeRequest(string? Name, int? ExpiresInDays, IReadOnlyList<Grant>? Grants);
