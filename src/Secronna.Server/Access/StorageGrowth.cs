namespace Secronna.Server.Access;

/// <summary>
/// How an operation makes the database grow by the caller's wish. What grows it is bounded by the shares of writes, and refused
/// while the disk is low (S31).
/// </summary>
internal enum StorageGrowth
{
    /// <summary>It adds nothing but the record of what was done, and other shares bound how often that is.</summary>
    None,

    /// <summary>It adds only audit entries, and no other share bounds how many. It is not refused while the disk is low.</summary>
    Entries,

    /// <summary>It adds a row, or makes one larger.</summary>
    Rows,

    /// <summary>It mints versions, or adds entries without a fixed number. Its service takes the share, because it knows how many they are.</summary>
    Versions,
}
