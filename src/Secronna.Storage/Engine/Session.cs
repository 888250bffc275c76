namespace Secronna.Storage.Engine;

/// <summary>Prepares and runs statements on one connection. It is not safe for concurrent use.</summary>
public class Session
{
    internal Session(IEngineConnection connection) => Connection = connection;

    internal IEngineConnection Connection { get; }

    /// <summary>
    /// Prepares a statement. Its text must be a constant, because prepared statements are cached by the identity of their text.
    /// Parameters are <c>$1, $2 …</c>, numbered in order of their first appearance. The text is PostgreSQL's SQL, as far as
    /// SQLite understands it too.
    /// </summary>
    public Statement Prepare(string sql) => Connection.Prepare(sql);

    /// <summary>
    /// Runs a statement that returns no rows once for each of <paramref name="rows"/>, in one round trip. Returns the total
    /// number of rows that changed.
    /// </summary>
    public ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind) =>
        rows.Count == 0 ? new ValueTask<int>(0) : Connection.ExecuteManyAsync(sql, rows, bind);
}
