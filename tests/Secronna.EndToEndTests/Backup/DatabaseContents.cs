using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Secronna.EndToEndTests.Backup;

/// <summary>
/// Reads all rows of all tables of a database, of either engine, as text. The tables and columns are read from the database
/// itself, so that tables and columns of later migrations are included.
/// </summary>
internal static class DatabaseContents
{
    private const string MigrationsTable = "schema_migrations";

    public const string SqliteColumns = """
        SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name
        """;

    // The counters of trails exist on PostgreSQL only. `backup verify` compares them with the trails.
    public const string PostgresColumns = """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND column_name NOT IN ('audit_sequence', 'audited_at') ORDER BY table_name COLLATE "C", column_name COLLATE "C"
        """;

    public static async Task<SortedDictionary<string, List<string>>> ReadSqliteAsync(string path)
    {
        await using var connection = SqliteFile.ConnectDirectly(SqliteFile.ConnectionString(path));
        return await ReadAsync(connection, SqliteColumns);
    }

    public static async Task<SortedDictionary<string, List<string>>> ReadPostgresAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return await ReadAsync(connection, PostgresColumns);
    }

    private static async Task<SortedDictionary<string, List<string>>> ReadAsync(DbConnection connection, string columns)
    {
        var all = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var names = (await RowsAsync(connection, columns)).Select(row => row.Split('|')).ToList();
        foreach (var table in names.GroupBy(name => name[0]).Where(table => table.Key != MigrationsTable))
        {
            var list = string.Join(", ", table.Select(name => name[1]));
            var rows = await RowsAsync(connection, $"SELECT {list} FROM {table.Key}");
            rows.Sort(StringComparer.Ordinal);
            all.Add(table.Key, [list, .. rows]);
        }

        return all;
    }

    /// <summary>Returns the rows of a query, each as text with <c>|</c> between columns.</summary>
    public static async Task<List<string>> RowsAsync(DbConnection connection, string sql)
    {
        using var snapshot = DecodedTrail.FillFor(connection, sql);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join('|', values.Select(Text)));
        }

        return rows;
    }

    private static string Text(object value) => value switch
    {
        DBNull => "NULL",
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
