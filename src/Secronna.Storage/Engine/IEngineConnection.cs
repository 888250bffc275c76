namespace Secronna.Storage.Engine;

/// <summary>A connection of an engine. It is not safe for concurrent use.</summary>
internal interface IEngineConnection : IAsyncDisposable
{
    /// <summary>
    /// Prepares a statement in PostgreSQL's SQL. SQLite leaves out row locks such as <c>FOR UPDATE</c>, because its one writer
    /// holds every lock.
    /// </summary>
    Statement Prepare(string sql);

    /// <summary>
    /// Whether an update that keeps the size of a row overwrites the old bytes in place. On such an engine, deleted content is
    /// overwritten before its rows shrink or are removed. Without that, the engine might move neighbouring rows and leave copies
    /// of their content.
    /// </summary>
    bool OverwritesInPlace { get; }

    /// <summary>
    /// Runs a statement once for each of <paramref name="rows"/>. The statement must return no rows. Returns the total number of
    /// rows that changed.
    /// </summary>
    ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind);

    /// <summary>Runs one or several statements without parameters, and ignores their rows.</summary>
    ValueTask RunAsync(string script);
}
