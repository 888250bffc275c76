namespace Secronna.Storage.Tables;

/// <summary>Where a trail names a log key that is to sign its checkpoints.</summary>
/// <param name="WorkspaceId">The workspace of the trail.</param>
/// <param name="KeyNumber">The number of the key that is named.</param>
/// <param name="Sequence">The number of the entry that names it.</param>
/// <param name="Note">A checkpoint of the key before it that covers the entry; <c>null</c> while there is none.</param>
public sealed record LogKeyAnnouncement(string WorkspaceId, int KeyNumber, long Sequence, string? Note);
