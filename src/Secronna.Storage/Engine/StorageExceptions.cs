namespace Secronna.Storage.Engine;

/// <summary>
/// The database can't do the work now: its disk is full, an I/O error, the connection is lost, a row was locked for too long, or
/// the database is closing. Nothing of the unit of work was kept (S30), and the caller may try again.
/// </summary>
public sealed class StorageUnavailableException : Exception
{
    /// <param name="message">What failed. It must hold no data.</param>
    /// <param name="inner">The cause.</param>
    public StorageUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Whether there was no room on the database's disk.</summary>
    public bool IsDiskFull { get; init; }

    /// <summary>Whether the clock that gives instants was not believed. The message is then meant for callers too.</summary>
    public bool IsClock { get; init; }
}

/// <summary>A row would have violated a unique index or a primary key.</summary>
public sealed class UniqueViolationException : Exception
{
    /// <summary>Creates the exception with a constant message, because SQLite and PostgreSQL may quote data.</summary>
    public UniqueViolationException()
        : base("a row with this unique value exists")
    {
    }
}

/// <summary>This program can't use the database until an operator fixes a problem.</summary>
public sealed class StorageSetupException : Exception
{
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause.</param>
    public StorageSetupException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
