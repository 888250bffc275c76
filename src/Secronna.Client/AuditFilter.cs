using System.Globalization;
using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>Selects entries of the audit trail. An entry must match every property that is not <c>null</c>.</summary>
public sealed record AuditFilter
{
    /// <summary>The number of the one entry; numbers begin with 1.</summary>
    public long? Sequence { get; init; }

    /// <summary>The action: one of the <see cref="AuditActions"/>.</summary>
    public string? Action { get; init; }

    /// <summary>The id of the actor: a user, a service account, or a key.</summary>
    public string? ActorId { get; init; }

    /// <summary>The id of the project.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The id of the environment.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>The id of the secret.</summary>
    public string? SecretId { get; init; }

    /// <summary>The outcome: one of the <see cref="AuditOutcomes"/>.</summary>
    public string? Outcome { get; init; }

    /// <summary>The earliest time, inclusive.</summary>
    public Instant? From { get; init; }

    /// <summary>The latest time, inclusive.</summary>
    public Instant? To { get; init; }

    internal string Path() => ApiRequest.WithQuery(
        "/audit", ("sequence", Sequence?.ToString(CultureInfo.InvariantCulture)), ("action", Action), ("actorId", ActorId), ("projectId", ProjectId), ("environmentId", EnvironmentId),
        ("secretId", SecretId), ("outcome", Outcome), ("from", From?.ToString()), ("to", To?.ToString()));
}
