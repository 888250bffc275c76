namespace Secronna.Storage.Engine;

/// <summary>An engine's connection to its database. Used by one at a time.</summary>
internal interface IEngineConnection : IAsyncDisposable
{
    /// <summary>
    /// The statement of this text, which is PostgreSQL's: <c>FOR UPDATE</c> and its like lock rows there, and are
    /// left out where one writer holds every lock.
    /// </summary>
    Statement Prepare(string sql);

    /// <summary>
    /// Whether bytes that are changed to as many others are overwritten where they are. Then what is deleted is overwritten
    /// before its rows shrink or go: the rows beside those may move, and leave copies of what they held.
    /// </summary>
    bool OverwritesInPlace { get; }

    /// <summary>Runs a statement that gives no rows once for each of these; the number of rows changed in all.</summary>
    ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind);

    /// <summary>Runs one or several statements without parameters, and gives nothing back.</summary>
    ValueTask RunAsync(string script);
}
