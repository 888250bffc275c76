namespace Secronna.Storage.Engine;

/// <summary>
/// The one transaction in which a migrated, empty database is filled; all others who would write to it wait or are refused.
/// What is not committed was never there.
/// </summary>
internal abstract class BulkLoad(IEngineConnection connection) : IAsyncDisposable
{
    /// <summary>Reads what is loaded so far.</summary>
    public Session Session { get; } = new(connection);

    /// <summary>Adds the rows that the statement gives, in the table's order of columns.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="added">Told of each row.</param>
    public abstract ValueTask AddAsync(TableDefinition table, Statement rows, Action added);

    /// <summary>Readies what was added for being read: to be called when all is there.</summary>
    public abstract ValueTask AnalyzeAsync();

    /// <summary>Comes back when all of it is durable.</summary>
    public ValueTask CommitAsync() => connection.RunAsync("COMMIT");

    /// <summary>Undoes all, unless it is committed.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>The error of a load that another writer of the database keeps from beginning.</summary>
    protected static StorageSetupException InUse(Exception inner) =>
        new("the target is in use: another copy into it is under way, or a server runs on it", inner);
}
