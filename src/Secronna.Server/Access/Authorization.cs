using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Permits operations or refuses them (S24), and records the refusal of an audited operation before the caller is answered (S19).
/// Which refusals count as repeats of each other depends only on what was asked for, never on what was found. So neither the
/// time of an answer nor the length of the trail tells whether a thing exists (S23).
/// </summary>
internal sealed class Authorization(RefusalRecorder refusals, TimeProvider time)
{
    /// <summary>Requires that the caller may do an operation that is not recorded.</summary>
    /// <exception cref="RequestException">FORBIDDEN: the caller may not do it.</exception>
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

    /// <summary>Requires that the caller may do an operation that is recorded.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must be one that is recorded.</param>
    /// <param name="additional">A permission that this request takes besides those of the operation.</param>
    /// <exception cref="RequestException">FORBIDDEN: the caller may not do it. The refusal is recorded.</exception>
    public async ValueTask DemandAsync(Caller caller, Operation operation, Permission? additional = null)
    {
        RequireDeclared(caller, operation);
        if (Refusal(caller, operation, additional) is { } refusal)
        {
            await refusals.RecordAsync(AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied), "");
            throw refusal;
        }
    }

    /// <summary>Records that an audited operation aimed at a thing that does not exist for this caller (S23).</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must be one that is recorded.</param>
    /// <param name="thing">What kind of thing is missing, for the message.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <returns>The refusal, NOT_FOUND, for the service to throw.</returns>
    public async Task<RequestException> NotFoundAsync(Caller caller, Operation operation, string thing, string target) =>
        await RefusedAsync(caller, operation, null, Errors.NotFound(thing), target);

    /// <summary>
    /// Records that an audited operation aimed at a secret, or a version of one, that does not exist for this caller. The entry
    /// names the secret but no version: the version is only what the caller asked for.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must be one that is recorded.</param>
    /// <param name="secret">The secret, if the caller's workspace has it; it may lie outside the caller's grants.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <param name="isVisible">
    /// Whether the caller may do this to the secret. Only then the answer says that the version alone is missing (S23).
    /// </param>
    /// <returns>The refusal, NOT_FOUND, for the service to throw.</returns>
    public async Task<RequestException> SecretNotFoundAsync(
        Caller caller, Operation operation, SecretRow? secret, string target, bool isVisible = false)
    {
        await refusals.RecordAsync(
            secret is null
                ? AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied)
                : AuditRecord.OfVersion(
                    caller, time, operation.AuditAction!, secret, secret.CurrentVersion, AuditOutcomes.Denied) with { Version = null },
            target);
        return Errors.NotFound(isVisible ? "version" : "secret");
    }

    /// <summary>Records any other refusal of an audited operation.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must be one that is recorded.</param>
    /// <param name="environment">The environment, if the caller's workspace has it; the entry names it.</param>
    /// <param name="refusal">What the caller is answered.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <returns><paramref name="refusal"/>, for the service to throw.</returns>
    public async Task<RequestException> RefusedAsync(
        Caller caller, Operation operation, EnvironmentRow? environment, RequestException refusal, string target)
    {
        await refusals.RecordAsync(
            AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied) with
            {
                ProjectId = environment?.ProjectId,
                EnvironmentId = environment?.Id,
            },
            target);
        return refusal;
    }

    // The route and the service must declare the same operation. A route that leads to the service of another operation is a
    // fault of the program, and fails for every caller.
    private static void RequireDeclared(Caller caller, Operation operation)
    {
        if (caller.Origin.Operation is { } declared && !ReferenceEquals(declared, operation))
        {
            throw new InvalidOperationException("the route declares another operation than its service demands");
        }
    }

    private static RequestException? Refusal(Caller caller, Operation operation, Permission? additional = null)
    {
        if (!operation.Permissions.All(permission => Roles.Allows(caller.Role, permission))
            || (additional is { } permission && !Roles.Allows(caller.Role, permission)))
        {
            return Errors.Forbidden();
        }

        return operation.NeedsSecondFactor && caller.LacksSecondFactor ? Errors.SecondFactorRequired() : null;
    }
}
