using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Names an environment, by its id or by the slugs of its project and itself.</summary>
internal readonly record struct EnvironmentReference(string? Id, string ProjectSlug, string Slug)
{
    /// <summary>Names an environment by its id.</summary>
    public static EnvironmentReference OfId(string id) => new(id, "", "");

    /// <summary>Names an environment by slugs.</summary>
    public static EnvironmentReference OfSlugs(string project, string environment) => new(null, project, environment);

    /// <summary>The environment as what a request aims at.</summary>
    public TargetReference Target => Id is null
        ? TargetReference.EnvironmentOfSlugs(ProjectSlug, Slug)
        : TargetReference.Environment(Id);

    /// <summary>The text by which the caller named the environment.</summary>
    public override string ToString() => Id ?? $"{ProjectSlug}/{Slug}";

    /// <summary>Finds the environment in a workspace; <c>null</c> if the workspace has no such environment.</summary>
    public ValueTask<EnvironmentRow?> FindAsync(Session session, string workspaceId) => Id is not null
        ? EnvironmentTable.FindAsync(session, workspaceId, Id)
        : EnvironmentTable.FindBySlugAsync(session, workspaceId, ProjectSlug, Slug);
}
