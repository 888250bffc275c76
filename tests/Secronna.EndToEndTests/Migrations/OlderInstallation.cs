using System.Data.Common;
using Npgsql;
using Secronna.EndToEndTests.Backup;
using Secronna.EndToEndTests.Running;
using Secronna.Storage;
using Secronna.Storage.Engine;

namespace Secronna.EndToEndTests.Migrations;

/// <summary>
/// Makes of an installation what a program before the trail's segments would have left: the tables of that time, with all rows, and
/// the trail as one row for each entry.
/// </summary>
internal static class OlderInstallation
{
    // The last migration before the segments.
    private const int Last = 11;

    private const string Trail = "audit_entries";

    private const string Counters = $"""
        UPDATE workspaces SET audit_sequence = (SELECT count(*) FROM {Trail} a WHERE a.workspace_id = workspaces.id),
            audited_at = (SELECT coalesce(max(created_at), 0) FROM {Trail} a WHERE a.workspace_id = workspaces.id);
        UPDATE installation SET audit_sequence = (SELECT count(*) FROM {Trail} WHERE workspace_id = ''),
            audited_at = (SELECT coalesce(max(created_at), 0) FROM {Trail} WHERE workspace_id = '')
        """;

    /// <summary>Makes the database of an installation on SQLite older. No server may run.</summary>
    public static async Task MakeAsync(TestInstallation installation)
    {
        var newer = installation.Folder["newer.db"];
        SqliteFile.One<long>(installation.DatabaseFile, "PRAGMA wal_checkpoint(TRUNCATE)");
        File.Move(installation.DatabaseFile, newer);
        foreach (var file in Directory.GetFiles(installation.DataFolder, "secronna.db-*"))
        {
            File.Delete(file);
        }

        var connectionString = SqliteFile.ConnectionString(installation.DatabaseFile);
        using var from = SqliteFile.ConnectDirectly(SqliteFile.ConnectionString(newer));
        using var to = SqliteFile.ConnectDirectly(connectionString);
        to.Run("PRAGMA journal_mode = wal");
        File.SetUnixFileMode(installation.DatabaseFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await FillAsync(DatabaseEngines.Sqlite(connectionString, TimeProvider.System), from, to, DatabaseContents.SqliteColumns);
    }

    /// <summary>Fills an empty database of PostgreSQL with an older copy of an installation on PostgreSQL.</summary>
    public static async Task MakeAsync(string newer, string older)
    {
        await using var from = new NpgsqlConnection(newer + ";Pooling=false");
        await using var to = new NpgsqlConnection(older + ";Pooling=false");
        await from.OpenAsync();
        await to.OpenAsync();
        to.Run("SET session_replication_role = replica");
        await FillAsync(DatabaseEngines.Postgres(older), from, to, DatabaseContents.PostgresColumns);
    }

    private static async Task FillAsync(DatabaseEngine engine, DbConnection from, DbConnection to, string columns)
    {
        to.Run("CREATE TABLE schema_migrations (number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at bigint NOT NULL)");
        foreach (var migration in Migrator.KnownFor(engine).Where(migration => migration.Number <= Last))
        {
            to.Run(migration.Sql);
            to.Run("INSERT INTO schema_migrations VALUES (@number, @name, @checksum, 1)",
                ("@number", (long)migration.Number), ("@name", migration.Name), ("@checksum", migration.Checksum));
        }

        var newer = await ColumnsAsync(from, columns);
        await using var transaction = await to.BeginTransactionAsync();
        foreach (var (table, names) in await ColumnsAsync(to, columns))
        {
            Copy(from, to, table, table == Trail ? names : [.. names.Intersect(newer[table])]);
        }

        await transaction.CommitAsync();
        to.Run(Counters);
    }

    private static void Copy(DbConnection from, DbConnection to, string table, List<string> columns)
    {
        if (table == "schema_migrations")
        {
            return;
        }

        var list = string.Join(", ", columns);
        var insert = $"INSERT INTO {table} ({list}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        foreach (var row in from.All($"SELECT {list} FROM {table}"))
        {
            to.Run(insert, [.. row.Select((value, i) => ($"@p{i}", (object?)value))]);
        }
    }

    private static async Task<Dictionary<string, List<string>>> ColumnsAsync(DbConnection connection, string columns) =>
        (await DatabaseContents.RowsAsync(connection, columns)).Select(row => row.Split('|'))
            .GroupBy(row => row[0], row => row[1]).ToDictionary(table => table.Key, table => table.ToList());
}
