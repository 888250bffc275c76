using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// A transaction of a connection. Its beginning travels with its first statement, and its end with its last statements, so that
/// neither costs a round trip.
/// </summary>
internal sealed class PostgresTransactionScope
{
    // The settings end with the transaction. A node that stands still loses its row locks after 5 seconds, before other nodes
    // stop waiting for them after 8. A commit waits for its fsync even if synchronous_commit was turned off after the start
    // (S30).
    private const string Settings = """
        SELECT set_config('lock_timeout', '8s', true), set_config('idle_in_transaction_session_timeout', '5s', true),
            set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)
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
    /// <exception cref="InvalidOperationException">A statement of the transaction failed before.</exception>
    /// <exception cref="StorageUnavailableException">It is not known whether the transaction was committed.</exception>
    public async ValueTask CommitAsync(IEnumerable<NpgsqlBatchCommand> last)
    {
        if (connection.HasFailed)
        {
            // PostgreSQL would answer COMMIT with a rollback, and report no error.
            throw new InvalidOperationException("a statement of the transaction failed, and the work went on");
        }

        List<NpgsqlBatchCommand> commands = [.. last];
        if (!connection.HasSent && commands.Count == 0)
        {
            return;
        }

        try
        {
            await using var results = await connection.SendAsync([.. commands, new NpgsqlBatchCommand("COMMIT")]);
            await results.ReadToEndAsync();
            isCommitted = true;
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
