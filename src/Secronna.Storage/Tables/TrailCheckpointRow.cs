namespace Secronna.Storage.Tables;

/// <summary>A signed checkpoint of a trail.</summary>
/// <param name="Epoch">The epoch of the trail.</param>
/// <param name="Size">The number of entries that it covers.</param>
/// <param name="Root">The root of the tree over these entries.</param>
/// <param name="Note">The signed note.</param>
public sealed record TrailCheckpointRow(long Epoch, long Size, byte[] Root, string Note);
