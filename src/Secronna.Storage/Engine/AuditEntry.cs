namespace Secronna.Storage.Engine;

/// <summary>An entry of the audit trail (S17, S19). It names things and never holds a value.</summary>
public sealed record AuditEntry
{
    /// <summary>The workspace of entries that belong to the whole installation.</summary>
    public const string Installation = "";

    /// <summary>The workspace's id, or <see cref="Installation"/>.</summary>
    public required string WorkspaceId { get; init; }

    /// <summary>The entry's id.</summary>
    public required string Id { get; init; }

    /// <summary>What kind of caller acted.</summary>
    public required string ActorType { get; init; }

    /// <summary>The caller's id.</summary>
    public required string ActorId { get; init; }

    /// <summary>What was done or tried.</summary>
    public required string Action { get; init; }

    /// <summary>How it ended.</summary>
    public required string Outcome { get; init; }

    /// <summary>By which request; null for commands.</summary>
    public string? RequestId { get; init; }

    /// <summary>From which address.</summary>
    public string? Ip { get; init; }

    /// <summary>With which user agent.</summary>
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

    /// <summary>What was changed where it is none of the above.</summary>
    public string? TargetId { get; init; }

    /// <summary>The name given to it.</summary>
    public string? Name { get; init; }

    /// <summary>How many equal refusals this entry stands for.</summary>
    public int? Count { get; init; }
}

/// <summary>A recorded entry with its place in its workspace's sequence.</summary>
/// <param name="Sequence">Counts from 1 without gaps (S20).</param>
/// <param name="CreatedAt">Microseconds since 1970; never less than the entry's before it.</param>
/// <param name="Entry">What was recorded.</param>
public sealed record RecordedEntry(long Sequence, long CreatedAt, AuditEntry Entry);
