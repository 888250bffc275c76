namespace Secronna.Storage.Engine;

/// <summary>Prepares and runs statements on one connection. It is not safe for concurrent use.</summary>
public class Session
{
    private readonly CancellationToken cancellation;

    /// <param name="connection">The connection.</param>
    /// <param name="cancellation">Lets the session prepare no further statements.</param>
    internal Session(IEngineConnection connection, CancellationToken cancellation = default) =>
        (Connection, this.cancellation) = (connection, cancellation);

    internal IEngineConnection Connection { get; }

    /// <summary>
    /// Rows that need not be read again; <c>null</c> where nothing guarantees that a row which was read before is still the same.
    /// </summary>
    internal RowCache? KnownRows { get; set; }

    /// <summary>
    /// Prepares a statement. Its text must be a constant, because prepared statements are cached by the identity of their text.
    /// Parameters are <c>$1, $2 …</c>, numbered in order of their first appearance. The text must be SQL that both PostgreSQL and
    /// SQLite understand; SQLite leaves out row locks.
    /// </summary>
    /// <exception cref="OperationCanceledException">The read that the session belongs to was stopped.</exception>
    public Statement Prepare(string sql)
    {
        cancellation.ThrowIfCancellationRequested();
        return Connection.Prepare(sql);
    }

    /// <summary>
    /// Runs a statement once for each of <paramref name="rows"/>, in one round trip. The statement must return no rows. Returns
    /// the total number of rows that changed.
    /// </summary>
    public ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind) =>
        rows.Count == 0 ? new ValueTask<int>(0) : Connection.ExecuteManyAsync(sql, rows, bind);
}
