using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Permits or refuses operations (S24). Records the refusal of an audited operation before the caller is answered (S19). The
/// entry names the target of the request as far as the caller's workspace has it, whatever refused it. Whether two refusals count
/// as repeats depends only on what the caller asked for, never on what the server found. So neither the time of an answer nor the
/// length of the audit trail tells whether a thing exists (S23).
/// </summary>
internal sealed class Authorization(
    Database database, RefusalRecorder refusals, DiskSpace disk, RateLimits rates, TimeProvider time)
{
    /// <summary>Requires that the caller may do an operation that has no audit action and names no target.</summary>
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

    /// <summary>
    /// Whether a caller may do another operation than the one that was demanded. What an answer shows beyond its own operation
    /// depends on this.
    /// </summary>
    public static bool Allows(Caller caller, Operation other) => Refusal(caller, other) is null;

    /// <summary>
    /// Requires that the caller's role and its second factor allow an operation. The target that the request names
    /// (<see cref="RequestOrigin.Target"/>) is looked up only to refuse.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation. If it has an audit action, its refusal is recorded.</param>
    /// <param name="withOptional">Whether this request also needs the optional permission of the operation.</param>
    /// <param name="liftsGuard">
    /// Whether this request lifts a guard. It then needs the second factor, also if the operation as a whole does not (S32).
    /// </param>
    /// <param name="isDryRun">Whether this request only asks what the operation would do, and stores nothing.</param>
    /// <exception cref="RequestException">
    /// FORBIDDEN: the caller may not do it. NOT_FOUND: the caller may not do it, and doesn't see the target either. RATE_LIMITED:
    /// the operation adds rows, and the share of writes is used up. UNAVAILABLE: the operation makes the database grow, and the
    /// disk is low.
    /// </exception>
    public async ValueTask DemandAsync(
        Caller caller, Operation operation, bool withOptional = false, bool liftsGuard = false, bool isDryRun = false)
    {
        await RequirePermissionAsync(caller, operation, withOptional, liftsGuard);
        if (!isDryRun)
        {
            await RequireShareAsync(caller, operation);
        }
    }

    /// <summary>
    /// Requires, before a large body is read, that the caller may do the operation on anything at all (S31): by its role, its second
    /// factor, and its grants. The service demands the operation again, and checks what depends on the body.
    /// </summary>
    /// <exception cref="RequestException">FORBIDDEN or NOT_FOUND. The refusal of an audited operation is recorded.</exception>
    public async ValueTask AdmitAsync(Caller caller, Operation operation)
    {
        await RequirePermissionAsync(caller, operation);
        if (!caller.Grants.AllowsSomewhere(operation.Actions) && caller.Origin.Target is { } target)
        {
            var found = await FindTargetAsync(caller);
            throw await RecordAsync(caller, operation, found, found, caller.RefusalOn(operation.Actions, found, target.Thing), "");
        }
    }

    /// <summary>
    /// Takes a request from the caller's share (S31), whatever it asks for. So a valid credential can't send junk without end, whose
    /// refusals take no other share.
    /// </summary>
    /// <exception cref="RequestException">RATE_LIMITED: the share is used up.</exception>
    public ValueTask TakeRequestAsync(Caller caller, Operation operation) =>
        rates.TakeRequest(caller) is { } limited ? ThrowRefusedAsync(caller, operation, limited) : ValueTask.CompletedTask;

    /// <summary>Records that an audited operation aimed at a thing that does not exist for this caller (S23).</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="thing">What kind of thing is missing, for the message.</param>
    /// <param name="target">What the caller asked for, as the caller named it. The request's own target is preferred.</param>
    /// <returns>The refusal, NOT_FOUND, for the service to throw.</returns>
    public async Task<RequestException> NotFoundAsync(Caller caller, Operation operation, string thing, string target) =>
        await RefusedAsync(caller, operation, null, Errors.NotFound(thing), target);

    /// <summary>
    /// Records that an audited operation aimed at a secret, or a version of one, that is not there for this caller. The entry
    /// names the secret but no version, because the version that the caller asked for may not exist.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="secret">The secret, if the caller's workspace has it; it may lie outside the caller's grants.</param>
    /// <param name="target">What the caller asked for, as the caller named it. The request's own target is preferred.</param>
    /// <param name="isVisible">
    /// Whether the caller may do the operation on the secret. If so, the answer says that the version is missing. Otherwise it
    /// says what <see cref="Visibility"/> decides.
    /// </param>
    /// <returns>The refusal, NOT_FOUND or FORBIDDEN, for the service to throw.</returns>
    public async Task<RequestException> SecretNotFoundAsync(
        Caller caller, Operation operation, SecretRow? secret, string target, bool isVisible = false)
    {
        var refusal = isVisible ? Errors.NotFound("version") : caller.RefusalOn(operation.Actions, secret);
        return await RecordAsync(caller, operation, FoundTarget.Of(secret), await FindTargetAsync(caller), refusal, target);
    }

    /// <summary>Records any other refusal of an audited operation.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="environment">The environment, if the caller's workspace has it; the entry names it.</param>
    /// <param name="refusal">The refusal that the caller gets.</param>
    /// <param name="target">What the caller asked for, as the caller named it. The request's own target is preferred.</param>
    /// <returns>
    /// <paramref name="refusal"/>, or RATE_LIMITED if this credential was refused too often, for the service to throw.
    /// </returns>
    public async Task<RequestException> RefusedAsync(
        Caller caller, Operation operation, EnvironmentRow? environment, RequestException refusal, string target)
    {
        if (operation.AuditAction is null)
        {
            return refusal;
        }

        // A flood beyond a limit must not cost the database a look-up for each request.
        return refusal.RetryAfter is not null && await TryCountAsync(caller, operation, target)
            ? refusal
            : await RecordAsync(caller, operation, FoundTarget.Of(environment), await FindTargetAsync(caller), refusal, target);
    }

    /// <summary>
    /// Does the work of an operation, and records the refusals that the work can't record itself, because it runs in a transaction.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">The operation, which must have an audit action.</param>
    /// <param name="target">What the caller asked for, as the caller named it. The request's own target is preferred.</param>
    /// <param name="work">The work.</param>
    public async Task<T> RecordRefusalsAsync<T>(Caller caller, Operation operation, string target, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RequestException refusal) when (refusal.IsToBeRecorded)
        {
            throw await RefusedAsync(caller, operation, null, refusal, target);
        }
    }

    private async ValueTask ThrowRefusedAsync(Caller caller, Operation operation, RequestException refusal) =>
        throw await RefusedAsync(caller, operation, null, refusal, "");

    private async ValueTask RequirePermissionAsync(
        Caller caller, Operation operation, bool withOptional = false, bool liftsGuard = false)
    {
        RequireDeclared(caller, operation);
        if (Refusal(caller, operation, withOptional, liftsGuard) is { } refusal)
        {
            var found = await FindTargetAsync(caller);
            throw await RecordAsync(caller, operation, found, found, AnswerTo(caller, found, refusal), "");
        }
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

    private static RequestException? Refusal(
        Caller caller, Operation operation, bool withOptional = false, bool liftsGuard = false)
    {
        var permissions = withOptional && operation.OptionalPermission is { } optional
            ? operation.Permissions.Append(optional)
            : operation.Permissions;
        foreach (var permission in permissions)
        {
            if (!Roles.Allows(caller.Role, permission))
            {
                return Errors.RoleMissing(permission, caller.Role);
            }
        }

        if (caller.MayNotGrant && permissions.Contains(Permission.ManageCredentials))
        {
            return Errors.KeysMayNotGrant();
        }

        return (operation.NeedsSecondFactor || liftsGuard) && caller.LacksSecondFactor ? Errors.SecondFactorRequired() : null;
    }

    // A caller who doesn't see the target is told nothing of it. A caller whose role sees no thing of this kind is always told
    // what its role lacks, which tells nothing of the thing.
    private static RequestException AnswerTo(Caller caller, FoundTarget found, RequestException refusal) =>
        caller.Origin.Target is { IsCredential: false } target && Roles.Allows(caller.Role, Permission.List) && !found.IsSeenBy(caller)
            ? Errors.NotFound(target.Thing)
            : refusal;

    // Where the request names a target, it is looked up even if the service has found it already: so a refusal does the same work
    // whether the target exists or not.
    private async ValueTask<FoundTarget> FindTargetAsync(Caller caller) => caller.Origin.Target is { } target
        ? await database.ReadAsync((target, caller.WorkspaceId), static (session, state) =>
            state.target.FindAsync(session, state.WorkspaceId))
        : FoundTarget.Nothing;

    private Task<bool> TryCountAsync(Caller caller, Operation operation, string target) => refusals.TryCountAsync(
        AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied), caller.Origin.Target?.ToString() ?? target);

    private async Task<RequestException> RecordAsync(
        Caller caller, Operation operation, FoundTarget known, FoundTarget found, RequestException refusal, string target) =>
        operation.AuditAction is null
            ? refusal
            : await refusals.RecordAsync(
                found.NameIn(known.NameIn(AuditRecord.Of(caller, time, operation, AuditOutcomes.Denied))),
                caller.Origin.Target?.ToString() ?? target, refusal);
}
