using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// The environment or the secret that the path of a request names. At most one of them is named: an environment by its id or by
/// slugs, a secret by its id.
/// </summary>
internal readonly record struct PathTarget(string? SecretId, string? EnvironmentId, string? ProjectSlug, string? EnvironmentSlug)
{
    /// <summary>Whether the path names an environment or a secret.</summary>
    public bool IsNamed => SecretId is not null || EnvironmentId is not null || EnvironmentSlug is not null;

    /// <summary>What the path names, as the caller wrote it; empty if it names neither.</summary>
    public override string ToString() =>
        SecretId ?? EnvironmentId ?? (EnvironmentSlug is null ? "" : $"{ProjectSlug}/{EnvironmentSlug}");

    /// <summary>Finds the secret in a workspace; <c>null</c> if there is none, or if none is named.</summary>
    public ValueTask<SecretRow?> FindSecretAsync(Session session, string workspaceId) => SecretId is null
        ? new((SecretRow?)null)
        : SecretTable.FindAsync(session, workspaceId, SecretId);

    /// <summary>Finds the environment in a workspace; <c>null</c> if there is none, or if none is named.</summary>
    public ValueTask<EnvironmentRow?> FindEnvironmentAsync(Session session, string workspaceId) =>
        EnvironmentId is not null ? EnvironmentTable.FindAsync(session, workspaceId, EnvironmentId)
        : EnvironmentSlug is not null ? EnvironmentTable.FindBySlugAsync(session, workspaceId, ProjectSlug!, EnvironmentSlug)
        : new((EnvironmentRow?)null);
}
