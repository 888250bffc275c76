using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// A connection of the pool, taken when the first statement is sent. A transaction's beginning travels with its first
/// statement and its end with its audit entries, and nothing is left in the session: a pooler may give every transaction
/// another one.
/// </summary>
/// <param name="source">The pool.</param>
/// <param name="ownsSource">Whether the pool is this connection's alone, and ends with it.</param>
internal sealed class PostgresEngineConnection(NpgsqlDataSource source, bool ownsSource = false) : IEngineConnection
{
    private (string Begin, string Settings)? before;
    private NpgsqlConnection? connection;
    private bool inTransaction;
    private bool hasFailed;

    // A changed row is a new one, and the old stays until it is vacuumed.
    public bool OverwritesInPlace => false;

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
            while (await results.NextResultAsync())
            {
            }

            await results.CloseAsync();
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
            connection ??= await source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = script;
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception exception)
        {
            throw Failed(exception);
        }
    }

    /// <summary>The connection itself, for what is no statement.</summary>
    public async ValueTask<NpgsqlConnection> OpenedAsync() => connection ??= await source.OpenConnectionAsync();

    /// <summary>Begins a transaction with the first statement that is sent.</summary>
    /// <param name="begin">The statement that begins it.</param>
    /// <param name="settings">A query that sets what shall hold in it.</param>
    public void Begin(string begin, string settings) => (inTransaction, before) = (true, (begin, settings));

    /// <summary>Sends the last statements of the transaction together with its end.</summary>
    /// <exception cref="StorageUnavailableException">It is not known to be committed.</exception>
    public async ValueTask CommitAsync(IEnumerable<NpgsqlBatchCommand> last)
    {
        if (hasFailed)
        {
            // PostgreSQL would answer COMMIT with a rollback, and no error.
            throw new InvalidOperationException("a statement of the transaction failed, and it went on");
        }

        List<NpgsqlBatchCommand> commands = [.. last];
        if (!IsBegun && commands.Count == 0)
        {
            return;
        }

        try
        {
            await using var results = await SendAsync([.. commands, new NpgsqlBatchCommand("COMMIT")]);
            while (await results.NextResultAsync())
            {
            }

            await results.CloseAsync();
            inTransaction = false;
        }
        catch (Exception exception)
        {
            // What the work did was in order; what keeps its entries from being written is not its caller's fault.
            var failure = Failed(exception);
            throw failure is ConflictException or StorageUnavailableException
                ? failure
                : new StorageUnavailableException($"the audit entries could not be written: {failure.Message}", failure);
        }
    }

    /// <summary>Undoes what was not committed.</summary>
    public async ValueTask RollBackAsync()
    {
        if (!inTransaction || !IsBegun)
        {
            return;
        }

        try
        {
            await RunAsync("ROLLBACK");
            inTransaction = false;
        }
        catch (Exception exception) when (exception is StorageUnavailableException or InvalidOperationException)
        {
            // The connection is gone, and its transaction with it; what led here is what the caller must hear of.
        }
    }

    public ValueTask<NpgsqlDataReader> SendAsync(NpgsqlBatchCommand command) => SendAsync([command]);

    public async ValueTask<NpgsqlDataReader> SendAsync(IReadOnlyList<NpgsqlBatchCommand> commands)
    {
        connection ??= await source.OpenConnectionAsync();
        var batch = connection.CreateBatch();
        var isFirst = before is not null;
        if (before is { } first)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(first.Begin));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(first.Settings));
            before = null;
        }

        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        var results = await batch.ExecuteReaderAsync();
        if (isFirst)
        {
            // Past what the settings gave.
            await results.NextResultAsync();
        }

        return results;
    }

    /// <summary>Notes that a statement failed, and gives what to throw.</summary>
    public Exception Failed(Exception exception)
    {
        hasFailed = true;
        if (PostgresErrors.IsLoss(exception))
        {
            // The others of the pool are likely gone too; each would fail a request to find out.
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

    private bool IsBegun => connection is not null && before is null;
}
