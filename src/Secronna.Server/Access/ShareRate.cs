namespace Secronna.Server.Access;

/// <summary>
/// A rate that bounds each credential, and all credentials of a workspace together. What one workspace takes leaves the others'
/// allowances as they are.
/// </summary>
/// <param name="what">What is taken, for the message: <c>values revealed</c>.</param>
/// <param name="perCredential">The rate of a credential; 0 means no limit.</param>
/// <param name="perWorkspace">The rate of a workspace; 0 means no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class ShareRate(string what, long perCredential, long perWorkspace, TimeProvider time)
{
    private readonly Allowances<(string, string, string)> credentials = new(what, "this credential", perCredential, time);
    private readonly Allowances<string> workspaces = new(what, "this workspace", perWorkspace, time);

    /// <summary>Takes from the allowances of a caller's credential and workspace, from both or from none.</summary>
    /// <returns><c>null</c> if it was taken; otherwise the refusal RATE_LIMITED.</returns>
    public RequestException? Take(Caller caller, long count)
    {
        var credential = Credential(caller);
        if (credentials.Take(credential, count) is { } limited)
        {
            return limited;
        }

        if (workspaces.Take(caller.WorkspaceId, count) is { } workspaceLimited)
        {
            credentials.GiveBack(credential, count);
            return workspaceLimited;
        }

        return null;
    }

    /// <summary>Returns what was taken for something that is not done.</summary>
    public void GiveBack(Caller caller, long count)
    {
        credentials.GiveBack(Credential(caller), count);
        workspaces.GiveBack(caller.WorkspaceId, count);
    }

    /// <summary>Sets among how many nodes the rates are divided.</summary>
    public void DivideAmong(int nodes)
    {
        credentials.DivideAmong(nodes);
        workspaces.DivideAmong(nodes);
    }

    /// <summary>Drops the allowances that are full.</summary>
    public void DropFull()
    {
        credentials.DropFull();
        workspaces.DropFull();
    }

    // All tokens of a user are one credential.
    private static (string, string, string) Credential(Caller caller) => (caller.WorkspaceId, caller.ActorType, caller.ActorId);
}
