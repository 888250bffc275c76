namespace Secronna.Server.Access;

/// <summary>Log lines about the room on the database's disk, one for each change.</summary>
internal static partial class DiskLog
{
    [LoggerMessage(61, LogLevel.Information, "The database's disk has room again: {FreeBytes} bytes are free")]
    public static partial void Enough(ILogger log, long? freeBytes);

    [LoggerMessage(
        62, LogLevel.Warning,
        "The database's disk is getting full: {FreeBytes} bytes are free, and below {ReservedBytes} bytes writes are refused")]
    public static partial void Low(ILogger log, long? freeBytes, long reservedBytes);

    [LoggerMessage(
        63, LogLevel.Error,
        "Writes are refused: {FreeBytes} bytes are free on the database's disk, and {ReservedBytes} bytes are kept for reveals and their record")]
    public static partial void Reserved(ILogger log, long? freeBytes, long reservedBytes);

    [LoggerMessage(
        64, LogLevel.Error,
        "Writes are refused for now: the database reported that its disk is full; this server sees {FreeBytes} bytes free")]
    public static partial void Full(ILogger log, long? freeBytes);
}
