using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>Names an environment: by its id, or by slugs.</summary>
internal readonly record struct EnvironmentReference(string? Id, string ProjectSlug, string Slug)
{
    public static EnvironmentReference OfId(string id) => new(id, "", "");

    public static EnvironmentReference OfSlugs(string project, string environment) => new(null, project, environment);

    /// <summary>As the caller named it.</summary>
    public override string ToString() => Id ?? $"{ProjectSlug}/{Slug}";

    public ValueTask<EnvironmentRow?> FindAsync(Session session, string workspaceId) => Id is not null
        ? EnvironmentTable.FindAsync(session, workspaceId, Id)
        : EnvironmentTable.FindBySlugAsync(session, workspaceId, ProjectSlug, Slug);
}
