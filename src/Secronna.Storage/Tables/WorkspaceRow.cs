namespace Secronna.Storage.Tables;

/// <summary>A workspace.</summary>
/// <param name="Id">The workspace's id.</param>
/// <param name="Name">The name that an operator gave it.</param>
/// <param name="IsAllowed">Whether it is on the allowlist (S22).</param>
/// <param name="CreatedAt">When it was first put on the allowlist, in microseconds since 1970.</param>
public sealed record WorkspaceRow(string Id, string? Name, bool IsAllowed, long CreatedAt);
