using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Permits or refuses operations (S24). Records the refusal of an audited operation before the caller is answered (S19). Whether
/// two refusals count as repeats depends only on what the caller asked for, never on what the server found. So neither the time
/// of an answer nor the length of the audit trail tells whether a thing exists (S23).
/// </summary>
internal sealed class Authorization(RefusalRecorder refusals, DiskSpace disk, RateLimits rates, TimeProvider time)
{
    /// <summary>Requires that the caller may do an operation that has no audit action.</summary>
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

    /// <summary>Requires that the caller may do an operation that has an audit action.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="withOptional">Whether this request also needs the optional permission of the operation.</param>
    /// <param name="isDryRun">Whether this request only asks what the operation would do, and stores nothing.</param>
    /// <exception cref="RequestException">
    /// FORBIDDEN: the caller may not do it. RATE_LIMITED: the operation adds rows, and the share of writes is used up. Both are
    /// recorded. UNAVAILABLE: the operation makes the database grow, and the disk is low.
    /// </exception>
    public async ValueTask DemandAsync(Caller caller, Operation operation, bool withOptional = false, bool isDryRun = false)
    {
        RequireDeclared(caller, operation);
        if (Refusal(caller, operation, withOptional) is { } refusal)
        {
            await refusals.RecordAsync(AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied), "");
            throw refusal;
        }

        if (!isDryRun)
        {
            await RequireShareAsync(caller, operation);
        }
    }

    /// <summary>Records that an audited operation aimed at a thing that does not exist for this caller (S23).</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="thing">What kind of thing is missing, for the message.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <returns>The refusal, NOT_FOUND, for the service to throw.</returns>
    public async Task<RequestException> NotFoundAsync(Caller caller, Operation operation, string thing, string target) =>
        await RefusedAsync(caller, operation, null, Errors.NotFound(thing), target);

    /// <summary>
    /// Records that an audited operation aimed at a secret, or a version of one, that does not exist for this caller. The entry
    /// names the secret but no version, because the version that the caller asked for may not exist.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="secret">The secret, if the caller's workspace has it; it may lie outside the caller's grants.</param>
    /// <param name="target">What the caller asked for, as the caller named it.</param>
    /// <param name="isVisible">
    /// Whether the caller may do the operation on the secret. If so, the answer says that the version is missing. Otherwise it
    /// says that the secret is missing (S23).
    /// </param>
    /// <returns>The refusal, NOT_FOUND, for the service to throw.</returns>
    public async Task<RequestException> SecretNotFoundAsync(
        Caller caller, Operation operation, SecretRow? secret, string target, bool isVisible = false)
    {
        await refusals.RecordAsync(
            secret is null
                ? AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied)
                : AuditRecord.OfVersion(
                    caller, time, operation, secret, secret.CurrentVersion, AuditOutcomes.Denied) with { Version = null },
            target);
        return Errors.NotFound(isVisible ? "version" : "secret");
    }

    /// <summary>Records any other refusal of an audited operation.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="environment">The environment, if the caller's workspace has it; the entry names it.</param>
    /// <param name="refusal">The refusal that the caller gets.</param>
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

    /// <summary>Records any other refusal of an audited operation on a secret.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="secret">The secret, which the caller's workspace has; the entry names it.</param>
    /// <param name="refusal">The refusal that the caller gets.</param>
    /// <returns><paramref name="refusal"/>, for the caller of this method to throw.</returns>
    public async Task<RequestException> RefusedAsync(
        Caller caller, Operation operation, SecretRow secret, RequestException refusal)
    {
        await refusals.RecordAsync(
            AuditRecord.OfVersion(caller, time, operation, secret, secret.CurrentVersion, AuditOutcomes.Denied) with { Version = null },
            secret.Id);
        return refusal;
    }

    // Versions are counted by their writer, which knows how many they are.
    private async ValueTask RequireShareAsync(Caller caller, Operation operation)
    {
        disk.RequireRoomFor(operation);
        if (operation.Growth is StorageGrowth.Rows or StorageGrowth.Entries
            && rates.TakeWrite(caller, WriteShare.OneRow) is { } limited)
        {
            throw await RefusedAsync(caller, operation, null, limited, "");
        }
    }

    // The route and the service must declare the same operation. A mismatch is a bug in the server, and the request fails for
    // every caller.
    private static void RequireDeclared(Caller caller, Operation operation)
    {
        if (caller.Origin.Operation is { } declared && !ReferenceEquals(declared, operation))
        {
            throw new InvalidOperationException("the route declares another operation than its service demands");
        }
    }

    private static RequestException? Refusal(Caller caller, Operation operation, bool withOptional = false)
    {
        var permissions = withOptional && operation.OptionalPermission is { } optional
            ? operation.Permissions.Append(optional)
            : operation.Permissions;
        if (!permissions.All(permission => Roles.Allows(caller.Role, permission)))
        {
            return Errors.Forbidden();
        }

        return operation.NeedsSecondFactor && caller.LacksSecondFactor ? Errors.SecondFactorRequired() : null;
    }
}
