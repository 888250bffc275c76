namespace Secronna.Storage.Engine;

/// <summary>The room that a database has on its disk.</summary>
/// <param name="FreeBytes">The bytes that this process may still write on the volume.</param>
/// <param name="TotalBytes">The size of the volume.</param>
/// <param name="ReusableBytes">The bytes inside the database's file that hold nothing, and that are used before the file grows.</param>
public readonly record struct DiskRoom(long FreeBytes, long TotalBytes, long ReusableBytes);
