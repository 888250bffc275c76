using Secronna.Server.Installation;
using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>
/// Keeps a part of the database's disk for reveals and their record (S31). While no more than that part is free, operations that
/// make the database grow are refused. A background service looks at the disk, so that a request only reads the last result.
/// </summary>
internal sealed class DiskSpace(Database database, StorageSettings settings, TimeProvider time, ILogger<DiskSpace> log)
{
    // Writes are refused for this time after the database last reported a full disk. The next write then tries again.
    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(10);

    // Low is below this many times the reserve, but not above this part of the volume. It always begins before writes are refused.
    private const int LowReserves = 4;
    private const int LowPart = 2;

    // A state improves only when there is this part more than its line. So a disk about the line gives no line of log a second.
    private const int Margin = 8;

    // The part of the reserve that must be free outside of the database's file.
    private const int LogPart = 8;

    // A write is stored twice for a while: in the database's log, and in its file.
    private const int Copies = 2;

    private volatile DiskState state;

    // What writes may take until the next look.
    private long room = long.MaxValue;
    private long seenFailures;
    private long? fullAt;

    /// <summary>Whether health warns of the disk.</summary>
    public bool IsLow => state != DiskState.Enough;

    /// <summary>Refuses an operation that makes the database grow, while there is too little room.</summary>
    /// <exception cref="RequestException">UNAVAILABLE: only what is kept for reveals is left, or the disk is full.</exception>
    public void RequireRoomFor(Operation operation)
    {
        if (state >= DiskState.Reserved && operation.Growth is StorageGrowth.Rows or StorageGrowth.Versions)
        {
            throw Errors.DiskLow();
        }
    }

    /// <summary>
    /// Takes room for what a write will store. A fast writer could fill a disk between two looks, so what was free at the last look
    /// is counted down.
    /// </summary>
    /// <exception cref="RequestException">UNAVAILABLE: only what is kept for reveals is left.</exception>
    public void Take(WriteShare share)
    {
        if (Interlocked.Add(ref room, -Copies * share.Bytes) < 0)
        {
            throw Errors.DiskLow();
        }
    }

    /// <summary>Looks at the disk, and logs a change. Must not be called at the same time by several threads.</summary>
    /// <exception cref="StorageUnavailableException">The database can't answer now. What was found before holds on.</exception>
    public async ValueTask LookAsync()
    {
        var found = await database.FindDiskRoomAsync();
        if (found is { } seen)
        {
            ServerMetrics.DiskFree(seen.FreeBytes);
        }

        Interlocked.Exchange(ref room, RoomFor(found));
        var next = IsFullLately() ? DiskState.Full : Judge(found);
        if (next != state)
        {
            Report(next, found);
            state = next;
        }
    }

    private long RoomFor(DiskRoom? found) => settings.ReservedBytes > 0 && found is { } seen
        ? Usable(seen, settings.ReservedBytes) - settings.ReservedBytes
        : long.MaxValue;

    // What deletions have emptied inside the file is used first. But the database's log needs some of the volume in any case.
    private static long Usable(DiskRoom seen, long reserve) =>
        seen.FreeBytes < reserve / LogPart ? seen.FreeBytes : seen.FreeBytes + seen.ReusableBytes;

    private bool IsFullLately()
    {
        var failures = database.DiskFullFailures;
        if (failures != seenFailures)
        {
            (seenFailures, fullAt) = (failures, time.GetTimestamp());
        }

        return fullAt is { } at && time.GetElapsedTime(at) < FullFor;
    }

    private DiskState Judge(DiskRoom? found)
    {
        var reserve = settings.ReservedBytes;
        if (reserve == 0 || found is not { } seen)
        {
            return DiskState.Enough;
        }

        var free = Usable(seen, reserve);
        var low = Math.Max(reserve + (reserve / Margin), Math.Min(LowReserves * reserve, seen.TotalBytes / LowPart));
        return IsBelow(free, reserve, DiskState.Reserved) ? DiskState.Reserved
            : IsBelow(free, low, DiskState.Low) ? DiskState.Low
            : DiskState.Enough;
    }

    private bool IsBelow(long free, long line, DiskState belowLine) =>
        free < (state >= belowLine ? line + (line / Margin) : line);

    private void Report(DiskState next, DiskRoom? found)
    {
        var (free, reserve) = (found?.FreeBytes, settings.ReservedBytes);
        switch (next)
        {
            case DiskState.Enough: DiskLog.Enough(log, free); break;
            case DiskState.Low: DiskLog.Low(log, free, reserve); break;
            case DiskState.Reserved: DiskLog.Reserved(log, free, reserve); break;
            default: DiskLog.Full(log, free); break;
        }
    }
}
