namespace Secronna.Server.Trail;

/// <summary>The conditions for entries of the trail. A property that is <c>null</c> matches every entry.</summary>
internal sealed record TrailFilter
{
    /// <summary>The only entry's number.</summary>
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
}
