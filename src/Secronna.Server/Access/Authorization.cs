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
    /// <summary>Demands that the caller may do an operation that is not recorded.</summary>
    /// <exception cref="RequestException">FORBIDDEN.</exception>
    public static void Demand(Caller caller, Operation operation)
    {
        RequireDeclared(caller, operation);
        if (operation.AuditAction is not null)
        {
            throw new InvalidOperationException("the refusals of this operation are recorded: demand it with DemandAsync");
        }

        if (Refusal(caller, operation) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Demands that the caller may do an operation that is recorded.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="operation">What is asked for.</param>
    /// <param name="also">A permission that this request takes besides those of the operation.</param>
    /// <exception cref="RequestException">FORBIDDEN, recorded.</exception>
    public async ValueTask DemandAsync(Caller caller, Operation operation, Permission? also = null)
    {
        RequireDeclared(caller, operation);
        if (Refusal(caller, operation, also) is { } refusal)
        {
            await refusals.RecordAsync(AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied), "");
            throw refusal;
        }
    }

    /// <summary>Records that an audited operation aimed at what is not there for this caller; gives the answer (S23).</summary>
    public async Task<RequestException> NotFoundAsync(Caller caller, Operation operation, string what, string asked) =>
        await RefusedAsync(caller, operation, null, Errors.NotFound(what), asked);

    /// <summary>
    /// The same of a secret, or a version of it, with the secret where it is in the caller's workspace. The version was only
    /// asked for, and is all that the answer calls missing where the caller may do this to the secret (S23).
    /// </summary>
    public async Task<RequestException> SecretNotFoundAsync(
        Caller caller, Operation operation, SecretRow? secret, string asked, bool isVisible = false)
    {
        await refusals.RecordAsync(
            secret is null
                ? AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied)
                : AuditRecord.OfVersion(caller, time, operation.AuditAction!, secret, secret.CurrentVersion, AuditOutcomes.Denied) with { Version = null },
            asked);
        return Errors.NotFound(isVisible ? "version" : "secret");
    }

    /// <summary>Records any other refusal of an audited operation, with the environment where it was found.</summary>
    public async Task<RequestException> RefusedAsync(
        Caller caller, Operation operation, EnvironmentRow? environment, RequestException answer, string asked)
    {
        await refusals.RecordAsync(
            AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied) with
            {
                ProjectId = environment?.ProjectId,
                EnvironmentId = environment?.Id,
            },
            asked);
        return answer;
    }

    // The route's declaration and the service's must be the same one. A route that leads to the service of another operation is
    // a fault of the program and fails closed, for every caller.
    private static void RequireDeclared(Caller caller, Operation operation)
    {
        if (caller.Origin.Operation is { } declared && !ReferenceEquals(declared, operation))
        {
            throw new InvalidOperationException("the route declares another operation than its service demands");
        }
    }

    private static RequestException? Refusal(Caller caller, Operation operation, Permission? also = null) =>
        !operation.Permissions.All(permission => Roles.Allows(caller.Role, permission)) || (also is { } more && !Roles.Allows(caller.Role, more))
            ? Errors.Forbidden()
            : operation.NeedsSecondFactor && caller.LacksSecondFactor ? Errors.SecondFactorRequired() : null;
}
