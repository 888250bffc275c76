using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>From where and by which request a caller comes; null for what a command has not.</summary>
internal sealed record RequestOrigin(string? RequestId, string? Ip, string? UserAgent)
{
    /// <summary>The operation that the request's route declares; <c>null</c> for a command.</summary>
    public Operation? Operation { get; init; }

    /// <summary>The server's command line.</summary>
    public static RequestOrigin CommandLine { get; } = new(null, null, null);
}

/// <summary>Who makes a request. The first argument of every operation (S24).</summary>
internal sealed record Caller(string ActorType, string ActorId, string WorkspaceId, string? Name, Role Role, RequestOrigin Origin)
{
    /// <summary>Where in the workspace it may do what its role may do at all (S23).</summary>
    public GrantSet Grants { get; init; } = GrantSet.Everything;

    /// <summary>Whether reveals are refused until it signs in with a second factor.</summary>
    public bool LacksSecondFactor { get; init; }

    /// <summary>Whoever runs this command, acting on a workspace or, with an empty id, on the whole installation.</summary>
    public static Caller Operator(string workspaceId) =>
        new(ActorTypes.Operator, Environment.UserName, workspaceId, null, Role.None, RequestOrigin.CommandLine);

    /// <summary>The server itself, in the background: what an operator has set it to do.</summary>
    public static Caller Server(string workspaceId) =>
        new(ActorTypes.Operator, "secronna-server", workspaceId, null, Role.None, RequestOrigin.CommandLine);
}
