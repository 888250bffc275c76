using Secronna.Client.Connection;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>Which entries of the audit trail; what is null excludes none.</summary>
public sealed record AuditFilter
{
    /// <summary>One of the <see cref="AuditActions"/>.</summary>
    public string? Action { get; init; }

    /// <summary>Who acted.</summary>
    public string? ActorId { get; init; }

    /// <summary>In which project.</summary>
    public string? ProjectId { get; init; }

    /// <summary>In which environment.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>On which secret.</summary>
    public string? SecretId { get; init; }

    /// <summary>One of the <see cref="AuditOutcomes"/>.</summary>
    public string? Outcome { get; init; }

    /// <summary>From when on; included.</summary>
    public Instant? From { get; init; }

    /// <summary>Until when; included.</summary>
    public Instant? To { get; init; }

    internal string Path() => ApiRequest.Query(
        "/audit", ("action", Action), ("actorId", ActorId), ("projectId", ProjectId), ("environmentId", EnvironmentId),
        ("secretId", SecretId), ("outcome", Outcome), ("from", From?.ToString()), ("to", To?.ToString()));
}
