namespace Secronna.Server.Access;

/// <summary>Tells credentials apart where something is shared among them. An id alone could occur in two workspaces.</summary>
internal readonly record struct CredentialKey(string WorkspaceId, string ActorType, string ActorId)
{
    /// <summary>
    /// Stands for all callers of an address who are not authenticated yet. Each address is like a workspace with one credential.
    /// </summary>
    public static CredentialKey OfAddress(string? ip) => new(AddressBlock.Of(ip).ToString(), "", "");

    /// <summary>The credential of a caller.</summary>
    public static CredentialKey Of(Caller caller) => new(caller.WorkspaceId, caller.ActorType, caller.ActorId);
}
