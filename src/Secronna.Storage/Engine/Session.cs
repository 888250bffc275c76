namespace Secronna.Storage.Engine;

/// <summary>A way to ask the database. Used by one at a time, one statement after the other.</summary>
public class Session
{
    internal Session(IEngineConnection connection) => Connection = connection;

    internal IEngineConnection Connection { get; }

    /// <summary>
    /// The statement of this text. The text must be a constant: statements are kept by its identity. Parameters are
    /// <c>$1, $2 …</c> in order of appearance; the text is PostgreSQL's, in what SQLite understands of it.
    /// </summary>
    public Statement Prepare(string sql) => Connection.Prepare(sql);

    /// <summary>Runs a statement that gives no rows once for each of these, in one go; the number of rows changed in all.</summary>
    public ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind) =>
        rows.Count == 0 ? new ValueTask<int>(0) : Connection.ExecuteManyAsync(sql, rows, bind);
}
