namespace Secronna.Protocol;

/// <summary>A project.</summary>
public sealed record ProjectResponse(string Id, string Name, string Slug, Instant CreatedAt, string CreatedBy);

/// <summary>An environment. With <c>RequireReason</c> every reveal of its values must give a reason.</summary>
public sealed record EnvironmentResponse(string Id, string Name, string Slug, bool RequireReason, Instant CreatedAt);

/// <summary>The id and names of a project or an environment that was found by its slug.</summary>
public sealed record NamedReference(string Id, string Name, string Slug);

/// <summary>A project and one of its environments, found by their slugs.</summary>
public sealed record EnvironmentPathResponse(NamedReference Project, NamedReference Environment);

/// <summary>A KEK of a project: its state, and how many data keys it wraps.</summary>
public sealed record KekResponse(
    string Id, string State, string MasterKeyId, Instant CreatedAt, long Wraps, long Remaining);
