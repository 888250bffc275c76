using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Says yes or refuses, and records the refusal of an audited operation before the caller hears of it (S19, S24). What was
/// asked for, whether it is there or not, decides which refusals are repeats of each other: so neither the time that an
/// answer takes nor the trail's length tells what exists from what doesn't (S23).
/// </summary>
internal sealed class Authorization(Refusals refusals, TimeProvider time)
{
    /// <summary>For operations that are not audited when they are allowed.</summary>
    /// <exception cref="RequestException">FORBIDDEN.</exception>
    public static void Demand(Caller caller, Permission permission)
    {
        if (Refusal(caller, permission) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>For audited operations.</summary>
    /// <exception cref="RequestException">FORBIDDEN, recorded.</exception>
    public async ValueTask DemandAsync(Caller caller, Permission permission, string action)
    {
        if (Refusal(caller, permission) is { } refusal)
        {
            await refusals.RecordAsync(AuditRecord.Of(caller, time, action, AuditOutcomes.Denied), "");
            throw refusal;
        }
    }

    /// <summary>Records that an audited operation aimed at what is not there for this caller; gives the answer (S23).</summary>
    public async Task<RequestException> NotFoundAsync(Caller caller, string action, string what, string asked) =>
        await RefusedAsync(caller, action, null, Errors.NotFound(what), asked);

    /// <summary>
    /// The same of a secret, or a version of it, with the secret where it is in the caller's workspace. The version was only
    /// asked for, and is all that the answer calls missing where the caller may do this to the secret (S23).
    /// </summary>
    public async Task<RequestException> SecretNotFoundAsync(
        Caller caller, string action, SecretRow? secret, string asked, bool isVisible = false)
    {
        await refusals.RecordAsync(
            secret is null
                ? AuditRecord.Of(caller, time, action, AuditOutcomes.Denied)
                : AuditRecord.OfVersion(caller, time, action, secret, secret.CurrentVersion, AuditOutcomes.Denied) with { Version = null },
            asked);
        return Errors.NotFound(isVisible ? "version" : "secret");
    }

    /// <summary>Records any other refusal of an audited operation, with the environment where it was found.</summary>
    public async Task<RequestException> RefusedAsync(
        Caller caller, string action, EnvironmentRow? environment, RequestException answer, string asked)
    {
        await refusals.RecordAsync(
            AuditRecord.Of(caller, time, action, AuditOutcomes.Denied) with
            {
                ProjectId = environment?.ProjectId,
                EnvironmentId = environment?.Id,
            },
            asked);
        return answer;
    }

    private static RequestException? Refusal(Caller caller, Permission permission) =>
        !Roles.Allows(caller.Role, permission) ? Errors.Forbidden()
        : permission == Permission.Reveal && caller.LacksSecondFactor ? Errors.SecondFactorRequired()
        : null;
}
