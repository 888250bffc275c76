namespace Secronna.Crypto.Trail;

/// <summary>An entry of the trail (S17, S19). It holds ids and names, and never a secret value.</summary>
public record TrailEntry
{
    /// <summary>The <see cref="WorkspaceId"/> of entries that belong to the whole installation.</summary>
    public const string Installation = "";

    /// <summary>
    /// The workspace's id, or <see cref="Installation"/>. The encoded entry does not hold it, because the origin of the log names
    /// the workspace.
    /// </summary>
    public required string WorkspaceId { get; init; }

    /// <summary>The entry's id.</summary>
    public required string Id { get; init; }

    /// <summary>The kind of the caller, such as an API key.</summary>
    public required string ActorType { get; init; }

    /// <summary>The caller's id.</summary>
    public required string ActorId { get; init; }

    /// <summary>The action that the caller did or tried.</summary>
    public required string Action { get; init; }

    /// <summary>How the action ended: success, denied or failed.</summary>
    public required string Outcome { get; init; }

    /// <summary>The id of the request; <c>null</c> for commands.</summary>
    public string? RequestId { get; init; }

    /// <summary>The address that the request came from.</summary>
    public string? Ip { get; init; }

    /// <summary>The user agent that the request named.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The project's id.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The environment's id.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>The secret's id.</summary>
    public string? SecretId { get; init; }

    /// <summary>The secret's key.</summary>
    public string? Key { get; init; }

    /// <summary>The secret's path.</summary>
    public string? Path { get; init; }

    /// <summary>The version's number.</summary>
    public int? Version { get; init; }

    /// <summary>The hash of the version's ciphertext. Only entries that minted a version have it.</summary>
    public BoxHash? BoxHash { get; init; }

    /// <summary>The id of the thing that was changed, where it is not a project, an environment or a secret.</summary>
    public string? TargetId { get; init; }

    /// <summary>The name that the changed thing was given.</summary>
    public string? Name { get; init; }

    /// <summary>The number of equal refusals that this entry stands for.</summary>
    public int? Count { get; init; }

    /// <summary>The reason that the caller gave for the request.</summary>
    public string? Reason { get; init; }

    /// <summary>The subject of the token that a workload exchanged.</summary>
    public string? Subject { get; init; }

    /// <summary>The id of the session that the caller used.</summary>
    public string? SessionId { get; init; }

    /// <summary>The number of this entry among those that share one list too long for one entry.</summary>
    public int? Part { get; init; }

    /// <summary>The epoch that the entry begins.</summary>
    public int? Epoch { get; init; }

    /// <summary>What the entry says beyond its other properties, as JSON.</summary>
    public string? Details { get; init; }
}
