using System.Diagnostics.CodeAnalysis;

namespace Secronna.Server.Access;

/// <summary>
/// Decides who gets one of a bounded number of places (S31). Each credential and each workspace has at most its share of them. A
/// free place goes to the waiting workspaces in turn, and within a workspace to its waiting credentials in turn. It is only data:
/// it has no lock, and it waits for nothing.
/// </summary>
/// <param name="places">How many places there are.</param>
/// <param name="perCredential">The most places of one credential; 0 means no limit.</param>
/// <param name="perWorkspace">The most places of one workspace; 0 means no limit.</param>
internal sealed class FairQueue(int places, int perCredential, int perWorkspace)
{
    private readonly Dictionary<string, WorkspaceLine> workspaces = new(StringComparer.Ordinal);

    // The workspaces of which somebody waits. The one whose turn is next is the first.
    private readonly LinkedList<WorkspaceLine> turns = new();
    private int taken;

    /// <summary>The line of a credential, in which a request then takes a place or waits.</summary>
    public CredentialLine LineOf(CredentialKey key)
    {
        if (!workspaces.TryGetValue(key.WorkspaceId, out var workspace))
        {
            workspaces[key.WorkspaceId] = workspace = new WorkspaceLine(key.WorkspaceId);
        }

        if (!workspace.Credentials.TryGetValue(key, out var line))
        {
            workspace.Credentials[key] = line = new CredentialLine(key, workspace);
        }

        return line;
    }

    /// <summary>
    /// Takes a place, if one is free and the line's shares allow it. Nobody is overtaken: whoever waits while a place is free
    /// waits for a place of its own share.
    /// </summary>
    public bool TryTake(CredentialLine line)
    {
        if (taken >= places || !MayTake(line))
        {
            return false;
        }

        Take(line);
        return true;
    }

    /// <summary>Adds a waiter to the end of a line.</summary>
    public void Wait(CredentialLine line, TaskCompletionSource waiter)
    {
        line.Waiting.AddLast(waiter);
        if (line.Turn.List is null)
        {
            line.Workspace.Turns.AddLast(line.Turn);
        }

        if (line.Workspace.Turn.List is null)
        {
            turns.AddLast(line.Workspace.Turn);
        }
    }

    /// <summary>Removes a waiter that gave up.</summary>
    public void Remove(CredentialLine line, TaskCompletionSource waiter)
    {
        line.Waiting.Remove(waiter);
        EndTurn(line, again: false);
        Forget(line);
    }

    /// <summary>Gives a place back, and admits those who wait for it.</summary>
    public void GiveBack(CredentialLine line)
    {
        taken--;
        line.Taken--;
        line.Workspace.Taken--;
        while (taken < places && TryFindNext(out var next))
        {
            var waiter = next.Waiting.First!.Value;
            next.Waiting.RemoveFirst();
            Take(next);
            EndTurn(next, again: true);
            waiter.SetResult();
        }

        Forget(line);
    }

    /// <summary>Whether the line's credential has its share of the places.</summary>
    public bool IsCredentialFull(CredentialLine line) => perCredential > 0 && line.Taken >= perCredential;

    /// <summary>Whether the line's workspace has its share of the places.</summary>
    public bool IsWorkspaceFull(CredentialLine line) => perWorkspace > 0 && line.Workspace.Taken >= perWorkspace;

    private bool MayTake(CredentialLine line) => !IsCredentialFull(line) && !IsWorkspaceFull(line);

    private void Take(CredentialLine line)
    {
        taken++;
        line.Taken++;
        line.Workspace.Taken++;
    }

    // Lines that have their share are passed over. Each of them has a place, so there are no more of them than places.
    private bool TryFindNext([NotNullWhen(true)] out CredentialLine? next)
    {
        next = turns.SelectMany(workspace => workspace.Turns).FirstOrDefault(MayTake);
        return next is not null;
    }

    // Forgets a line in which nobody waits and whose credential has no place.
    private void Forget(CredentialLine line)
    {
        if (line is { Taken: 0, Waiting.Count: 0 })
        {
            line.Workspace.Credentials.Remove(line.Key);
        }

        if (line.Workspace.Credentials.Count == 0)
        {
            workspaces.Remove(line.Workspace.Id);
        }
    }

    // A line in which somebody still waits gets its next turn after all others.
    private void EndTurn(CredentialLine line, bool again)
    {
        if (again || line.Waiting.Count == 0)
        {
            Move(line.Workspace.Turns, line.Turn, line.Waiting.Count > 0);
        }

        if (again || line.Workspace.Turns.Count == 0)
        {
            Move(turns, line.Workspace.Turn, line.Workspace.Turns.Count > 0);
        }
    }

    private static void Move<T>(LinkedList<T> list, LinkedListNode<T> node, bool toEnd)
    {
        if (node.List is not null)
        {
            list.Remove(node);
        }

        if (toEnd)
        {
            list.AddLast(node);
        }
    }

    /// <summary>The requests of one credential.</summary>
    internal sealed class CredentialLine
    {
        public CredentialLine(CredentialKey key, WorkspaceLine workspace) =>
            (Key, Workspace, Turn) = (key, workspace, new LinkedListNode<CredentialLine>(this));

        public CredentialKey Key { get; }

        public WorkspaceLine Workspace { get; }

        public LinkedListNode<CredentialLine> Turn { get; }

        public LinkedList<TaskCompletionSource> Waiting { get; } = new();

        public int Taken { get; set; }
    }

    /// <summary>The requests of one workspace.</summary>
    internal sealed class WorkspaceLine
    {
        public WorkspaceLine(string id) => (Id, Turn) = (id, new LinkedListNode<WorkspaceLine>(this));

        public string Id { get; }

        public LinkedListNode<WorkspaceLine> Turn { get; }

        public LinkedList<CredentialLine> Turns { get; } = new();

        public Dictionary<CredentialKey, CredentialLine> Credentials { get; } = [];

        public int Taken { get; set; }
    }
}
