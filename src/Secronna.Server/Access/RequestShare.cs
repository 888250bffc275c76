using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Counts every request of a credential, whatever it asks for (S31). So a valid credential can't send junk without end, whose
/// refusals take no other share.
/// </summary>
internal sealed class RequestShare(Database database, RateLimits rates, Authorization authorization)
{
    /// <summary>Takes a request from the caller's share. A refusal of an audited operation is recorded, with its target (S19).</summary>
    /// <param name="caller">Who makes the request.</param>
    /// <param name="operation">The operation of the request's route.</param>
    /// <param name="target">What the request's path names. It is read only if the share is used up.</param>
    /// <exception cref="RequestException">RATE_LIMITED: the share is used up.</exception>
    public ValueTask TakeAsync(Caller caller, Operation operation, Func<RequestTarget> target) =>
        rates.TakeRequest(caller) is { } limited ? RefuseAsync(caller, operation, target, limited) : ValueTask.CompletedTask;

    private async ValueTask RefuseAsync(Caller caller, Operation operation, Func<RequestTarget> findTarget, RequestException limited)
    {
        if (operation.AuditAction is null)
        {
            throw limited;
        }

        var target = findTarget();
        var (secret, environment) = await database.ReadAsync(
            (caller.WorkspaceId, target), static (session, state) => FindAsync(session, state.WorkspaceId, state.target));
        throw secret is not null
            ? await authorization.RefusedAsync(caller, operation, secret, limited)
            : await authorization.RefusedAsync(caller, operation, environment, limited, target.Path);
    }

    private static async ValueTask<(SecretRow? Secret, EnvironmentRow? Environment)> FindAsync(
        Session session, string workspaceId, RequestTarget target) => target switch
        {
            { SecretId: { } id } => (await SecretTable.FindAsync(session, workspaceId, id), null),
            { EnvironmentId: { } id } => (null, await EnvironmentTable.FindAsync(session, workspaceId, id)),
            { ProjectSlug: { } project, EnvironmentSlug: { } slug } =>
                (null, await EnvironmentTable.FindBySlugAsync(session, workspaceId, project, slug)),
            _ => (null, null),
        };
}

/// <summary>What the path of a request names. What its body names is not known here, because the body is not read.</summary>
/// <param name="Path">The path.</param>
internal sealed record RequestTarget(string Path)
{
    public string? SecretId { get; init; }

    public string? EnvironmentId { get; init; }

    public string? ProjectSlug { get; init; }

    public string? EnvironmentSlug { get; init; }
}
