using Npgsql;
using NpgsqlTypes;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>Fills a database by binary COPY.</summary>
internal sealed class PostgresBulkLoad(PostgresEngineConnection connection) : BulkLoad(connection)
{
    // The lock lets others read, so a node that already runs on this database can still report what it needs and does not find.
    // Writers wait until the load ends.
    private static readonly string Begin = $"""
        BEGIN;
        SET LOCAL lock_timeout = '5s';
        SET LOCAL statement_timeout = 0;
        SET LOCAL idle_in_transaction_session_timeout = 0;
        LOCK TABLE {string.Join(", ", TableDefinition.All.Select(table => table.Name))} IN SHARE ROW EXCLUSIVE MODE;
        SET LOCAL lock_timeout = 0
        """;

    /// <summary>Begins the transaction and locks every table. Disposes of the connection if that fails.</summary>
    /// <exception cref="StorageSetupException">
    /// Another transaction that writes to a table did not end within 5 seconds.
    /// </exception>
    public static async ValueTask<BulkLoad> BeginAsync(PostgresEngineConnection connection)
    {
        try
        {
            await connection.RunAsync(Begin);
            return new PostgresBulkLoad(connection);
        }
        catch (Exception exception)
        {
            await connection.DisposeAsync();
            throw exception is StorageUnavailableException ? InUse(exception) : exception;
        }
    }

    public override async ValueTask AddAsync(TableDefinition table, Statement rows, Action added)
    {
        try
        {
            await using var import = await (await connection.OpenAsync()).BeginBinaryImportAsync(
                $"COPY {table.Name} ({table.ColumnList}) FROM STDIN (FORMAT BINARY)");
            import.Timeout = Timeout.InfiniteTimeSpan;
            while (await rows.ReadAsync())
            {
                await import.StartRowAsync();
                for (var i = 0; i < table.Columns.Count; i++)
                {
                    await WriteAsync(import, table.Columns[i].Kind, rows, i);
                }

                added();
            }

            await import.CompleteAsync();
        }
        catch (Exception exception)
        {
            throw connection.Failed(exception);
        }
    }

    public override ValueTask AnalyzeAsync() =>
        connection.RunAsync("ANALYZE " + string.Join(", ", TableDefinition.All.Select(table => table.Name)));

    private static Task WriteAsync(NpgsqlBinaryImporter import, ColumnKind kind, Statement row, int column) => kind switch
    {
        _ when row.IsNull(column) => import.WriteNullAsync(),
        ColumnKind.Number => import.WriteAsync(row.GetInt64(column), NpgsqlDbType.Bigint),
        ColumnKind.Text => import.WriteAsync(row.GetText(column), NpgsqlDbType.Text),
        _ => import.WriteAsync(row.GetBlob(column), NpgsqlDbType.Bytea),
    };
}
