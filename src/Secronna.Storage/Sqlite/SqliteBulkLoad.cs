using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Fills a database file by inserts. Before the commit, SQLite writes the pages that the cache can't hold to the log.
/// </summary>
internal sealed class SqliteBulkLoad(SqliteEngineConnection connection) : BulkLoad(connection)
{
    /// <summary>Begins the transaction, which takes the write lock. Disposes of the connection if that fails.</summary>
    /// <exception cref="StorageSetupException">Another connection holds the write lock.</exception>
    public static async ValueTask<BulkLoad> BeginAsync(SqliteEngineConnection connection)
    {
        try
        {
            await connection.RunAsync("BEGIN IMMEDIATE");
            return new SqliteBulkLoad(connection);
        }
        catch (Exception exception)
        {
            connection.Dispose();
            throw exception is StorageUnavailableException ? InUse(exception) : exception;
        }
    }

    public override async ValueTask AddAsync(TableDefinition table, Statement rows, Action added)
    {
        var insert = table.InsertSql;
        while (await rows.ReadAsync())
        {
            await using var statement = connection.Prepare(insert);
            for (var i = 0; i < table.Columns.Count; i++)
            {
                Bind(statement, table.Columns[i].Kind, rows, i);
            }

            await statement.ExecuteAsync();
            added();
        }
    }

    public override ValueTask AnalyzeAsync() => ValueTask.CompletedTask;

    private static void Bind(Statement statement, ColumnKind kind, Statement row, int column)
    {
        if (row.IsNull(column))
        {
            statement.Bind((string?)null);
        }
        else if (kind == ColumnKind.Number)
        {
            statement.Bind(row.GetInt64(column));
        }
        else if (kind == ColumnKind.Text)
        {
            statement.Bind(row.GetText(column));
        }
        else
        {
            statement.Bind(row.GetBlob(column));
        }
    }
}
