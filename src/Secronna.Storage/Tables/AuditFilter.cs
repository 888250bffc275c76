using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The conditions for entries of the audit trail. A property that is <c>null</c> matches every entry.</summary>
public sealed record AuditFilter
{
    /// <summary>The sequence number.</summary>
    public long? Sequence { get; init; }

    /// <summary>The action.</summary>
    public string? Action { get; init; }

    /// <summary>The caller's id.</summary>
    public string? ActorId { get; init; }

    /// <summary>The project's id.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The environment's id.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>The secret's id.</summary>
    public string? SecretId { get; init; }

    /// <summary>How the action ended.</summary>
    public string? Outcome { get; init; }

    /// <summary>The earliest time, inclusive, in microseconds since 1970.</summary>
    public long? From { get; init; }

    /// <summary>The latest time, inclusive, in microseconds since 1970.</summary>
    public long? To { get; init; }

    /// <summary>Whether an entry meets the conditions, except for those on its number and its time.</summary>
    internal bool Matches(AuditEntry entry) =>
        (Action is null || Action == entry.Action)
        && (ActorId is null || ActorId == entry.ActorId)
        && (ProjectId is null || ProjectId == entry.ProjectId)
        && (EnvironmentId is null || EnvironmentId == entry.EnvironmentId)
        && (SecretId is null || SecretId == entry.SecretId)
        && (Outcome is null || Outcome == entry.Outcome);
}
