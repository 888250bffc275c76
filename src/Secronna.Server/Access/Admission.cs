using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Refuses requests before their body is read (S31): by the caller's role, its second factor, and its grants as far as they hold
/// the operation nowhere. The refusals are those of the services, with the same entries (S19). The services check again what
/// they do, and check what depends on the body.
/// </summary>
internal sealed class Admission(Authorization authorization, Database database)
{
    /// <summary>Requires that the caller may do the operation on anything at all.</summary>
    /// <exception cref="RequestException">FORBIDDEN or NOT_FOUND. The refusal of an audited operation is recorded.</exception>
    public async ValueTask DemandAsync(Caller caller, Operation operation, PathTarget target)
    {
        if (operation.AuditAction is null)
        {
            Authorization.Demand(caller, operation);
            return;
        }

        await authorization.DemandAsync(caller, operation);
        if (target.IsNamed && !caller.Grants.AllowsSomewhere(GrantedBy(operation)))
        {
            throw await NotGrantedAsync(caller, operation, target);
        }
    }

    /// <summary>Records that a share was used up, if the operation is audited, and what the path names.</summary>
    /// <returns><paramref name="refusal"/>, to throw.</returns>
    public async Task<RequestException> ShareUsedUpAsync(
        Caller caller, Operation operation, PathTarget target, ShareUsedUpException refusal)
    {
        if (operation.AuditAction is null)
        {
            return refusal;
        }

        if (target.SecretId is not null)
        {
            await authorization.SecretNotFoundAsync(caller, operation, await FindSecretAsync(caller, target), target.ToString());
            return refusal;
        }

        return await authorization.RefusedAsync(
            caller, operation, await FindEnvironmentAsync(caller, target), refusal, target.ToString());
    }

    private async Task<RequestException> NotGrantedAsync(Caller caller, Operation operation, PathTarget target) =>
        target.SecretId is not null
            ? await authorization.SecretNotFoundAsync(caller, operation, await FindSecretAsync(caller, target), target.ToString())
            : await authorization.RefusedAsync(
                caller, operation, await FindEnvironmentAsync(caller, target), Errors.NotFound("environment"), target.ToString());

    private ValueTask<SecretRow?> FindSecretAsync(Caller caller, PathTarget target) => database.ReadAsync(
        (caller, target), static (session, state) => state.target.FindSecretAsync(session, state.caller.WorkspaceId));

    private ValueTask<EnvironmentRow?> FindEnvironmentAsync(Caller caller, PathTarget target) => database.ReadAsync(
        (caller, target), static (session, state) => state.target.FindEnvironmentAsync(session, state.caller.WorkspaceId));

    // The actions that a grant must hold for the operation.
    private static GrantActions GrantedBy(Operation operation) =>
        operation.Permissions.Aggregate(GrantActions.None, (actions, permission) => actions | permission switch
        {
            Permission.List => GrantActions.List,
            Permission.Reveal => GrantActions.Reveal,
            Permission.Write => GrantActions.Write,
            Permission.Delete => GrantActions.Delete,
            _ => GrantActions.None,
        });
}
