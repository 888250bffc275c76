using Secronna.Protocol;
using Secronna.Server.Features.Audit;
using Secronna.Storage;

namespace Secronna.Server.Access;

/// <summary>
/// Says yes or refuses, and records the refusal of an audited operation before the caller hears of it (S19, S24).
/// </summary>
internal sealed class Authorization(Refusals refusals, TimeProvider time)
{
    /// <summary>For operations that are not audited when they are allowed.</summary>
    /// <exception cref="RequestException">FORBIDDEN.</exception>
    public static void Demand(Caller caller, Permission permission)
    {
        if (!Permissions.Allows(caller.Role, permission))
        {
            throw Errors.Forbidden();
        }
    }

    /// <summary>For audited operations.</summary>
    /// <exception cref="RequestException">FORBIDDEN, recorded.</exception>
    public async ValueTask DemandAsync(Caller caller, Permission permission, string action)
    {
        if (!Permissions.Allows(caller.Role, permission))
        {
            await refusals.RecordAsync(AuditRecord.Of(caller, time, action, AuditOutcomes.Denied));
            throw Errors.Forbidden();
        }
    }

    /// <summary>Records that an audited operation aimed at what is not there for this caller; gives the answer (S23).</summary>
    public async Task<RequestException> NotFoundAsync(Caller caller, string action, string what) =>
        await RefusedAsync(caller, action, null, Errors.NotFound(what));

    /// <summary>The same of a version, with the secret and the version asked for where the secret is the caller's own.</summary>
    public async Task<RequestException> VersionNotFoundAsync(Caller caller, string action, SecretRow? secret, int? version)
    {
        await refusals.RecordAsync(secret is null
            ? AuditRecord.Of(caller, time, action, AuditOutcomes.Denied)
            : AuditRecord.OfVersion(caller, time, action, secret, version ?? secret.CurrentVersion, AuditOutcomes.Denied));
        return Errors.NotFound("secret");
    }

    /// <summary>Records any other refusal of an audited operation, with the environment where it was found.</summary>
    public async Task<RequestException> RefusedAsync(
        Caller caller, string action, EnvironmentRow? environment, RequestException answer)
    {
        await refusals.RecordAsync(AuditRecord.Of(caller, time, action, AuditOutcomes.Denied) with
        {
            ProjectId = environment?.ProjectId,
            EnvironmentId = environment?.Id,
        });
        return answer;
    }
}
