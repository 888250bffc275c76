using Secronna.Protocol;
using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>
/// Where a caller's request comes from. A command of the operator has no request, so all its values are <c>null</c>.
/// </summary>
/// <param name="RequestId">The id of the request.</param>
/// <param name="Ip">The address of the client.</param>
/// <param name="UserAgent">The client's header <c>User-Agent</c>.</param>
internal sealed record RequestOrigin(string? RequestId, string? Ip, string? UserAgent)
{
    /// <summary>Why the caller makes the request, in its own words; <c>null</c> if it gives no reason.</summary>
    public string? Reason { get; init; }

    /// <summary>The operation that the request's route declares; <c>null</c> for a command.</summary>
    public Operation? Operation { get; init; }

    /// <summary>The variables of the request's route; <c>null</c> for a command.</summary>
    public IReadOnlyDictionary<string, object?>? RouteVariables { get; init; }

    /// <summary>
    /// What the request aims at; <c>null</c> if it names nothing, and for a command. Only a refusal asks for it. So it is made from
    /// the route's variables when it is asked for, unless a service has set what the body names.
    /// </summary>
    public TargetReference? Target
    {
        get => field ?? (RouteVariables is null ? null : TargetReference.OfRoute(RouteVariables));
        init;
    }

    /// <summary>
    /// Cancelled when the client has gone away. Reads that precede any decision stop then. Records and writes never do.
    /// </summary>
    public CancellationToken Aborted { get; init; }

    /// <summary>
    /// Whether the request has its connection for itself until it is answered. Over HTTP/2 others share it, so that sending an
    /// answer may do work for them.
    /// </summary>
    public bool HasOwnConnection { get; init; }

    /// <summary>Learns which entries the request records; <c>null</c> if its operation is not recorded, and for a command.</summary>
    public TrailReceipt? Receipt { get; init; }

    /// <summary>The origin of commands, and of the server's own work in the background.</summary>
    public static RequestOrigin OfCommand { get; } = new(null, null, null);
}

/// <summary>Who makes a request: the first parameter of every service method (S24).</summary>
/// <param name="ActorType">The kind of the caller (<see cref="ActorTypes"/>).</param>
/// <param name="ActorId">The id of the caller, as the audit trail has it.</param>
/// <param name="WorkspaceId">The only workspace that the caller acts on; empty for the whole installation.</param>
/// <param name="Name">The name of the caller; <c>null</c> if it is unknown.</param>
/// <param name="Role">The role, which decides which kinds of operations the caller may do.</param>
/// <param name="Origin">Where the caller's request comes from.</param>
internal sealed record Caller(string ActorType, string ActorId, string WorkspaceId, string? Name, Role Role, RequestOrigin Origin)
{
    /// <summary>Where in the workspace the caller may do what its role allows (S23).</summary>
    public GrantSet Grants { get; init; } = GrantSet.Everything;

    /// <summary>The groups of the caller, as the identity provider names them.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Whether the caller may be in more groups than <see cref="Groups"/> has.</summary>
    public bool GroupsOmitted { get; init; }

    /// <summary>Whether nothing suggests that the caller is a program. Only such callers get the default role.</summary>
    public bool IsPerson { get; init; }

    /// <summary>Whether operations that need a second factor are refused until the caller signs in with one.</summary>
    public bool LacksSecondFactor { get; init; }

    /// <summary>Whether the settings forbid the caller to make or widen power, although its role allows it (S32).</summary>
    public bool MayNotGrant { get; init; }

    /// <summary>
    /// The same caller, whose request aims at this target. A service says so where the body names more than the route does.
    /// </summary>
    public Caller AimedAt(TargetReference target) => this with { Origin = Origin with { Target = target } };

    /// <summary>The same caller, whose work goes on when the client has gone away. Whoever has opened a value goes on as this caller.</summary>
    public Caller Uninterrupted() => this with { Origin = Origin with { Aborted = CancellationToken.None } };

    /// <summary>
    /// Learns which entries the request records; <c>null</c> if the caller is not told of them, because it may not read the trail of
    /// the whole workspace.
    /// </summary>
    public TrailReceipt? Receipt => Grants.IsEverything && Roles.Allows(Role, Permission.ReadAudit) ? Origin.Receipt : null;

    /// <inheritdoc cref="RequestOrigin.Aborted"/>
    public CancellationToken Aborted => Origin.Aborted;

    /// <summary>The user of the operating system who runs this command.</summary>
    /// <param name="workspaceId">The workspace that the command acts on; empty for the whole installation.</param>
    public static Caller Operator(string workspaceId) =>
        new(ActorTypes.Operator, Environment.UserName, workspaceId, null, Role.None, RequestOrigin.OfCommand);

    /// <summary>The server itself, for the background work that its operator has configured.</summary>
    public static Caller Server(string workspaceId) =>
        new(ActorTypes.Operator, "secronna-server", workspaceId, null, Role.None, RequestOrigin.OfCommand);
}
