namespace Secronna.Storage.Tables;

/// <summary>A KEK of a project, wrapped by a master key (S3).</summary>
/// <param name="Id">The KEK's id.</param>
/// <param name="WorkspaceId">The workspace's id.</param>
/// <param name="ProjectId">The project's id.</param>
/// <param name="MasterKeyId">The id of the master key that wraps it.</param>
/// <param name="WrappedKey">The wrapped key; <c>null</c> once it is destroyed.</param>
/// <param name="State">Active, retiring or destroyed.</param>
/// <param name="Wraps">The number of wraps that it made or that were reserved (S7).</param>
/// <param name="CreatedAt">When it was created, in microseconds since 1970.</param>
public sealed record KekRow(
    string Id, string WorkspaceId, string ProjectId, string MasterKeyId, byte[]? WrappedKey, string State, long Wraps,
    long CreatedAt);
