namespace Secronna.Storage.Tables;

/// <summary>A project.</summary>
/// <param name="Id">The project's id.</param>
/// <param name="WorkspaceId">The workspace's id.</param>
/// <param name="Name">The project's name.</param>
/// <param name="Slug">The project's slug, which never changes.</param>
/// <param name="CreatedAt">When it was created, in microseconds since 1970.</param>
/// <param name="CreatedBy">The id of the caller who created it.</param>
public sealed record ProjectRow(
    string Id, string WorkspaceId, string Name, string Slug, long CreatedAt, string CreatedBy);
