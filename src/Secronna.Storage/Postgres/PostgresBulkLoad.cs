using Npgsql;
using NpgsqlTypes;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>Fills a database by COPY in its binary form.</summary>
internal sealed class PostgresBulkLoad(PostgresEngineConnection connection) : BulkLoad(connection)
{
    // Reading goes on, so that nodes which run already say what they lack; writing waits until the end.
    private static readonly string Begin = $"""
        BEGIN;
        SET LOCAL lock_timeout = '5s';
        SET LOCAL statement_timeout = 0;
        SET LOCAL idle_in_transaction_session_timeout = 0;
        LOCK TABLE {string.Join(", ", TableDefinition.All.Select(table => table.Name))} IN SHARE ROW EXCLUSIVE MODE;
        SET LOCAL lock_timeout = 0
        """;

    /// <summary>Takes every table.</summary>
    /// <exception cref="StorageSetupException">Others write to one, and don't end.</exception>
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
            await using var import = await (await connection.OpenedAsync()).BeginBinaryImportAsync(
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
