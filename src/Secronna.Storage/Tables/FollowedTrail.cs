namespace Secronna.Storage.Tables;

/// <summary>A trail and how far a follower has read it.</summary>
/// <param name="WorkspaceId">The workspace's id.</param>
/// <param name="LastSequence">The number of the last entry; 0 where there is none.</param>
/// <param name="Place">The number of the last entry that was followed.</param>
public sealed record FollowedTrail(string WorkspaceId, long LastSequence, long Place);
