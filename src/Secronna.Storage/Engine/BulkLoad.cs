namespace Secronna.Storage.Engine;

/// <summary>
/// The one transaction that fills a migrated, empty database. Until it ends, other writers of the database wait or are refused.
/// Without a commit the database stays empty.
/// </summary>
internal abstract class BulkLoad(IEngineConnection connection) : IAsyncDisposable
{
    /// <summary>The session that reads the rows added so far.</summary>
    public Session Session { get; } = new(connection);

    /// <summary>Adds rows to a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">A statement whose rows have the columns of <paramref name="table"/>, in their order.</param>
    /// <param name="added">Called after each row.</param>
    public abstract ValueTask AddAsync(TableDefinition table, Statement rows, Action added);

    /// <summary>Updates the statistics of the query planner. Call it after the last row was added, before reading.</summary>
    public abstract ValueTask AnalyzeAsync();

    /// <summary>Commits, and returns when all rows are durable.</summary>
    public ValueTask CommitAsync() => connection.RunAsync("COMMIT");

    /// <summary>Closes the connection, which undoes everything that was not committed.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>The error when another writer of the database keeps the load from beginning.</summary>
    protected static StorageSetupException InUse(Exception inner) =>
        new("the target is in use: another copy into it is under way, or a server runs on it", inner);
}
