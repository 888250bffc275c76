namespace Secronna.Server.Access;

/// <summary>How much room the database's disk has, from the best state to the worst.</summary>
internal enum DiskState
{
    /// <summary>There is enough room, or the disk can't be seen.</summary>
    Enough,

    /// <summary>There is still room for writes, but not for long.</summary>
    Low,

    /// <summary>Only what is kept for reveals and their record is left.</summary>
    Reserved,

    /// <summary>The database lately reported that its disk is full.</summary>
    Full,
}
