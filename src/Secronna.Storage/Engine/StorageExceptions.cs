namespace Secronna.Storage.Engine;

/// <summary>
/// The database could not do it now: full disk, I/O error, lost, locked for too long, shutting down. Nothing of the
/// unit of work was kept (S30), and it may be tried again.
/// </summary>
public sealed class StorageUnavailableException : Exception
{
    /// <summary>With a message of what failed, which holds no data.</summary>
    public StorageUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A row would have broken a uniqueness rule; the unit of work was rolled back alone.</summary>
public sealed class UniqueViolationException : Exception
{
    /// <summary>With a constant message.</summary>
    public UniqueViolationException()
        : base("a row with this unique value exists")
    {
    }
}

/// <summary>The database can't be used by this program, for a reason that an operator must mend.</summary>
public sealed class StorageSetupException : Exception
{
    /// <summary>With a message that says what to do.</summary>
    public StorageSetupException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
