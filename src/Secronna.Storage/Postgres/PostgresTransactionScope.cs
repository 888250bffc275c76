using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// A transaction on a connection. BEGIN is sent together with the first statement, and COMMIT together with the last statements,
/// so that neither costs a round trip of its own.
/// </summary>
internal sealed class PostgresTransactionScope
{
    // The settings hold for this transaction only. A node that sends nothing for 5 seconds loses its row locks. Other nodes wait
    // 8 seconds for a row lock, so they still get those locks. A commit waits for its fsync even if synchronous_commit was turned
    // off after this program started (S30). An administrator can freeze the database for a role or a database by
    // default_transaction_read_only, which PostgreSQL itself gives to new sessions alone. So each transaction looks it up, in
    // PostgreSQL's own order of precedence, and becomes read-only.
    private const string Settings = """
        SELECT set_config('lock_timeout', '8s', true), set_config('idle_in_transaction_session_timeout', '5s', true),
            set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true),
            set_config('transaction_read_only', CASE WHEN (
                SELECT split_part(setting, '=', 2)::boolean
                FROM pg_catalog.pg_db_role_setting AS s, unnest(s.setconfig) AS setting
                WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
                    AND s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user))
                    AND setting LIKE 'default\_transaction\_read\_only=%'
                ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC
                LIMIT 1) THEN 'on' ELSE current_setting('transaction_read_only') END, true)
        """;

    private readonly PostgresEngineConnection connection;
    private bool isCommitted;

    /// <param name="connection">A connection that has sent nothing yet.</param>
    /// <param name="begin">The statement that begins the transaction. It is sent with the first statement.</param>
    public PostgresTransactionScope(PostgresEngineConnection connection, string begin)
    {
        this.connection = connection;
        connection.SendBeforeFirst(begin, Settings);
    }

    /// <summary>Sends the last statements together with the commit. Sends nothing if the transaction had no statement.</summary>
    /// <param name="last">The last statements.</param>
    /// <param name="clock">Judges the database's clock; <c>null</c> lets every reading be believed.</param>
    /// <param name="read">Reads the results of the last statements, which stand at the first one; <c>null</c> if there are none.</param>
    /// <returns>What the database's clock showed just before the commit; <c>null</c> if it was not judged.</returns>
    /// <exception cref="InvalidOperationException">A statement of the transaction failed before.</exception>
    /// <exception cref="StorageUnavailableException">
    /// It is not known whether the transaction was committed; or the clock is not believed, and nothing was committed.
    /// </exception>
    public async ValueTask<long?> CommitAsync(
        IEnumerable<NpgsqlBatchCommand> last, ClockJudge? clock = null, Func<NpgsqlDataReader, ValueTask>? read = null)
    {
        if (connection.HasFailed)
        {
            // PostgreSQL would answer COMMIT with a rollback, and report no error.
            throw new InvalidOperationException("a statement of the transaction failed, and the unit of work continued");
        }

        List<NpgsqlBatchCommand> commands = [.. last];
        if (!connection.HasSent && commands.Count == 0)
        {
            return null;
        }

        try
        {
            return await SendCommitAsync(commands, clock?.Believed, read);
        }
        catch (PostgresException refused) when (clock is not null && PostgresClockCheck.FindReading(refused) is { } reading)
        {
            connection.Failed(refused);
            throw clock.Refuse(reading);
        }
        catch (Exception exception)
        {
            // The work itself succeeded. Its caller is not at fault when the audit entries can't be written.
            var failure = connection.Failed(exception);
            throw failure is ConflictException or StorageUnavailableException
                ? failure
                : new StorageUnavailableException($"the audit entries could not be written: {failure.Message}", failure);
        }
    }

    // The clock is checked when the transaction has all its instants.
    private async ValueTask<long?> SendCommitAsync(
        List<NpgsqlBatchCommand> last, ClockRange? believed, Func<NpgsqlDataReader, ValueTask>? read)
    {
        if (believed is { } range)
        {
            last.Add(PostgresClockCheck.ToCommand(range));
        }

        await using var results = await connection.SendAsync([.. last, new NpgsqlBatchCommand("COMMIT")]);
        if (read is not null)
        {
            await read(results);
        }

        long? reading = believed is not null && await results.ReadAsync() ? results.GetInt64(0) : null;
        await results.ReadToEndAsync();
        isCommitted = true;
        return reading;
    }

    /// <summary>Undoes the transaction, unless it was committed or has sent nothing. Throws nothing.</summary>
    public async ValueTask RollBackAsync()
    {
        if (isCommitted || !connection.HasSent)
        {
            return;
        }

        try
        {
            await connection.RunAsync("ROLLBACK");
        }
        catch (Exception exception) when (exception is StorageUnavailableException or InvalidOperationException)
        {
            // The connection is lost, and PostgreSQL undoes its transaction. The caller gets the error that led here.
        }
    }
}
