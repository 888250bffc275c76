namespace Secronna.Storage.Engine;

/// <summary>The space on the volume that holds a database's file.</summary>
/// <param name="FreeBytes">The bytes that this process may still write.</param>
/// <param name="TotalBytes">The size of the volume.</param>
public readonly record struct VolumeSpace(long FreeBytes, long TotalBytes);
