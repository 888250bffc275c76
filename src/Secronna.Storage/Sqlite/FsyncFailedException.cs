namespace Secronna.Storage.Sqlite;

/// <summary>
/// The disk did not confirm a write. The write may or may not be on the disk, and a second fsync could not tell, so the process
/// must end (S30).
/// </summary>
internal sealed class FsyncFailedException : Exception
{
    public FsyncFailedException()
        : base("the disk failed to confirm a write (fsync)")
    {
    }
}
