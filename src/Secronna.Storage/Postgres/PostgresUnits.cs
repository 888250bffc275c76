using Npgsql;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>Runs units of work, each in a transaction of its own.</summary>
internal static class PostgresUnits
{
    private const int MaxAttempts = 8;

    // It doesn't say READ WRITE, which would override an administrator's default_transaction_read_only.
    private const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED";

    /// <summary>
    /// Runs a unit of work and commits it. Runs it again when PostgreSQL undid it in favour of another transaction.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The unit is not known to be durable.</exception>
    public static async Task<T> RunAsync<TState, T>(
        NpgsqlDataSource source, ClockJudge? clock, TState state, Func<Transaction, TState, ValueTask<T>> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunOnceAsync(source, clock, state, work);
            }
            catch (ConflictException) when (attempt < MaxAttempts)
            {
                // PostgreSQL undid everything, so the unit can start again.
            }
            catch (ConflictException exception)
            {
                throw new StorageUnavailableException("too many transactions wait for each other", exception);
            }
        }
    }

    private static async Task<T> RunOnceAsync<TState, T>(
        NpgsqlDataSource source, ClockJudge? clock, TState state, Func<Transaction, TState, ValueTask<T>> work)
    {
        await using var connection = new PostgresEngineConnection(source);
        var scope = new PostgresTransactionScope(connection, Begin);
        try
        {
            var transaction = new Transaction(connection);
            var result = await work(transaction, state);
            var (groups, receipts) = (PostgresSegments.Group(transaction.Audit.Entries), new TrailReceipts());
            var reading = await scope.CommitAsync(
                [.. PostgresStoredBytes.ToCommands(transaction.StoredBytes), .. groups.Select(PostgresSegments.ToCommand)], clock,
                results => PostgresSegments.ReadAsync(results, groups, receipts));
            if (reading is { } at && transaction.Audit.Count > 0)
            {
                clock!.NoteRecorded(at);
            }

            receipts.Give();
            return result;
        }
        catch
        {
            await scope.RollBackAsync();
            throw;
        }
    }
}
