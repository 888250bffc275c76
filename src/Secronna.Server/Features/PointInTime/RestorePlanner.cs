using Secronna.Server.Access;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.PointInTime;

/// <summary>Plans restores of environments. It refuses callers that may not restore the environment.</summary>
internal sealed class RestorePlanner(Database database, Authorization authorization)
{
    /// <summary>Plans a restore from one snapshot of the environment.</summary>
    /// <exception cref="RequestException">
    /// NOT_FOUND: the environment does not exist, or the caller may not see it. FORBIDDEN: the caller lacks an action in it. The
    /// refusal is recorded.
    /// </exception>
    public async Task<RestorePlan> PlanAsync(Caller caller, string environmentId, RestoreOrder order)
    {
        var (found, plan) = await database.ReadSnapshotAsync((caller, environmentId, order), static (session, state) =>
            RestorePlan.ReadAsync(session, state.caller, state.environmentId, state.order), caller.Aborted);
        return plan ?? throw await authorization.RefusedAsync(
            caller, Operations.RestoreEnvironment, found, caller.RefusalIn(RestorePlan.ActionsFor(order), found), environmentId);
    }
}
