using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// A connection of a pool. It is taken from the pool when the first statement is sent. It keeps nothing in the session, because a
/// pooler may give every transaction another session.
/// </summary>
/// <param name="source">The pool.</param>
/// <param name="ownsSource">Whether the pool belongs to this connection alone, and is disposed of with it.</param>
internal sealed class PostgresEngineConnection(NpgsqlDataSource source, bool ownsSource = false) : IEngineConnection
{
    private (string Begin, string Settings)? beforeFirst;
    private NpgsqlConnection? connection;

    // PostgreSQL writes a changed row as a new one. The old row stays until it is vacuumed.
    public bool OverwritesInPlace => false;

    /// <summary>Stops the statement that is running. It must not be cancelled once the work on this connection has decided anything.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Whether a statement was sent.</summary>
    public bool HasSent => connection is not null && beforeFirst is null;

    /// <summary>Whether a statement failed.</summary>
    public bool HasFailed { get; private set; }

    public Statement Prepare(string sql) => new PostgresStatement(this, sql);

    public async ValueTask<int> ExecuteManyAsync<T>(string sql, IReadOnlyList<T> rows, Action<Statement, T> bind)
    {
        var commands = new List<NpgsqlBatchCommand>(rows.Count);
        foreach (var row in rows)
        {
            var statement = new PostgresStatement(this, sql);
            bind(statement, row);
            commands.Add(statement.Command);
        }

        try
        {
            await using var results = await SendAsync(commands);
            await results.ReadToEndAsync();
            return commands.Sum(command => (int)command.RecordsAffected);
        }
        catch (Exception exception)
        {
            throw Failed(exception);
        }
    }

    public async ValueTask RunAsync(string script)
    {
        try
        {
            await using var command = (await OpenAsync()).CreateCommand();
            command.CommandText = script;
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception exception)
        {
            throw Failed(exception);
        }
    }

    /// <summary>Takes the connection from the pool, if that was not done before.</summary>
    public async ValueTask<NpgsqlConnection> OpenAsync() => connection ??= await source.OpenConnectionAsync(Cancellation);

    /// <summary>Sends two statements together with the first statement, before it.</summary>
    /// <param name="begin">The statement that begins a transaction.</param>
    /// <param name="settings">A query that sets parameters for the transaction.</param>
    public void SendBeforeFirst(string begin, string settings) => beforeFirst = (begin, settings);

    public ValueTask<NpgsqlDataReader> SendAsync(NpgsqlBatchCommand command) => SendAsync([command]);

    /// <summary>Sends statements in one round trip. The reader stands at the result of the first statement.</summary>
    public async ValueTask<NpgsqlDataReader> SendAsync(IReadOnlyList<NpgsqlBatchCommand> commands)
    {
        var batch = (await OpenAsync()).CreateBatch();
        var isFirst = beforeFirst is not null;
        if (beforeFirst is { } before)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(before.Begin));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(before.Settings));
            beforeFirst = null;
        }

        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        var results = await batch.ExecuteReaderAsync(Cancellation);
        if (isFirst)
        {
            // The settings are a query, so they have a result of their own.
            await results.NextResultAsync();
        }

        return results;
    }

    /// <summary>Notes that a statement failed, and returns the exception to throw.</summary>
    public Exception Failed(Exception exception)
    {
        HasFailed = true;
        if (exception is OperationCanceledException && Cancellation.IsCancellationRequested)
        {
            return exception;
        }

        if (PostgresErrors.IsLoss(exception))
        {
            // The pool's other connections are likely lost too. Each of them would fail a request.
            source.Clear();
        }

        return PostgresErrors.Convert(exception);
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        if (ownsSource)
        {
            await source.DisposeAsync();
        }
    }
}
