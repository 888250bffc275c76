namespace Secronna.Storage.Tables;

/// <summary>An environment, and the names of its project.</summary>
/// <param name="Id">The environment's id.</param>
/// <param name="WorkspaceId">The workspace's id.</param>
/// <param name="ProjectId">The project's id.</param>
/// <param name="ProjectName">The project's name.</param>
/// <param name="ProjectSlug">The project's slug.</param>
/// <param name="Name">The environment's name.</param>
/// <param name="Slug">The environment's slug, which never changes.</param>
/// <param name="CreatedAt">When the environment was created, in microseconds since 1970.</param>
/// <param name="SecretCount">The number of its secrets, without deleted ones.</param>
public sealed record EnvironmentRow(
    string Id, string WorkspaceId, string ProjectId, string ProjectName, string ProjectSlug, string Name, string Slug,
    long CreatedAt, int SecretCount)
{
    /// <summary>The instant of the last change of any of its secrets.</summary>
    public long ChangedAt { get; init; }

    /// <summary>
    /// The latest instant whose state was read. Later changes get later instants, so the state at this instant stays the same.
    /// </summary>
    public long SettledTo { get; init; }

    /// <summary>Whether every reveal of its values must give a reason.</summary>
    public bool RequiresReason { get; init; }
}
