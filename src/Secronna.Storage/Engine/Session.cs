namespace Secronna.Storage.Engine;

/// <summary>Prepares and runs statements on one connection. It is not safe for concurrent use.</summary>
public class Session
{
    internal Session(IEngineConnection connection) => Connection = connection;

    internal IEngineConnection Connection { get; }

    /// <summary>
    /// Prepares a statement. Its text must be a constant, because prepared statements are cached by the identity of their text.
    /// Parameters are <c>$1, $2 …</c>, numbered in order of their first appearance. The text must be SQL that both PostgreSQL and
    /// SQLite understand; SQLite leaves out row locks.
    /// </summary>
    public Statement Prepare(string sql) => Connection.Prepare(sql);

    /// <summary>
    /// Runs a statement once for each of <paramref name="rows"/>, in one round trip. The statement must return no rows. Returns
    /// the total number of rows that changed.
    /// </summary>
    public ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind) =>
        rows.Count == 0 ? new ValueTask<int>(0) : Connection.ExecuteManyAsync(sql, rows, bind);
}
