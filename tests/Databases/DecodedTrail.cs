using System.Data.Common;
using System.Text.RegularExpressions;
using Secronna.Crypto.Trail;

namespace Secronna.Tests.Databases;

/// <summary>
/// Shows the trails to tests as a temporary table <c>audit_entries</c> with one row for each entry, so that SQL can ask for entries
/// although the database holds them packed. A query that names the table gets the trails as they are at that moment.
/// </summary>
internal static partial class DecodedTrail
{
    private static readonly (string Column, string Type, Func<RecordedEntry, object?> Value)[] Columns =
    [
        ("workspace_id", "text", row => row.Entry.WorkspaceId), ("sequence", "bigint", row => row.Sequence),
        ("id", "text", row => row.Entry.Id), ("created_at", "bigint", row => row.CreatedAt),
        ("actor_type", "text", row => row.Entry.ActorType), ("actor_id", "text", row => row.Entry.ActorId),
        ("action", "text", row => row.Entry.Action), ("outcome", "text", row => row.Entry.Outcome),
        ("request_id", "text", row => row.Entry.RequestId), ("ip", "text", row => row.Entry.Ip),
        ("user_agent", "text", row => row.Entry.UserAgent), ("project_id", "text", row => row.Entry.ProjectId),
        ("environment_id", "text", row => row.Entry.EnvironmentId), ("secret_id", "text", row => row.Entry.SecretId),
        ("key", "text", row => row.Entry.Key), ("path", "text", row => row.Entry.Path),
        ("version", "bigint", row => (long?)row.Entry.Version), ("target_id", "text", row => row.Entry.TargetId),
        ("name", "text", row => row.Entry.Name), ("count", "bigint", row => (long?)row.Entry.Count),
        ("details", "text", row => row.Entry.Details), ("reason", "text", row => row.Entry.Reason),
    ];

    /// <summary>
    /// Makes the table, if a query names it and the database has segments. The result must be disposed of after the query: the query
    /// then sees the same state of the database as the table.
    /// </summary>
    public static IDisposable? FillFor(DbConnection connection, string sql)
    {
        if (!Table().IsMatch(sql) || !HasSegments(connection))
        {
            return null;
        }

        var isSqlite = IsSqlite(connection);
        Execute(connection, isSqlite ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ");
        Execute(connection, $"DROP TABLE IF EXISTS {(isSqlite ? "temp" : "pg_temp")}.audit_entries");
        Execute(connection, $"CREATE TEMP TABLE audit_entries ({string.Join(", ", Columns.Select(column => $"{column.Column} {column.Type}"))})");
        foreach (var row in Rows(connection, "SELECT workspace_id, first_sequence, at, entries FROM trail_segments ORDER BY 1, 2"))
        {
            var sequence = (long)row[1];
            foreach (var entry in new TrailSegment((byte[])row[3]))
            {
                Insert(connection, new RecordedEntry(sequence++, (long)row[2], TrailEntryFormat.Decode((string)row[0], entry)));
            }
        }

        return new Snapshot(connection);
    }

    private static bool HasSegments(DbConnection connection) => Rows(connection, IsSqlite(connection)
        ? "SELECT 1 FROM sqlite_schema WHERE name = 'trail_segments'"
        : "SELECT 1 WHERE to_regclass('trail_segments') IS NOT NULL").Count > 0;

    private static bool IsSqlite(DbConnection connection) => connection.GetType().Name.StartsWith("Sqlite", StringComparison.Ordinal);

    private static void Insert(DbConnection connection, RecordedEntry row)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO audit_entries VALUES ({string.Join(", ", Columns.Select((_, i) => $"@p{i}"))})";
        for (var i = 0; i < Columns.Length; i++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"p{i}", Columns[i].Value(row) ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        command.ExecuteNonQuery();
    }

    private static void Execute(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static List<object[]> Rows(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private sealed class Snapshot(DbConnection connection) : IDisposable
    {
        // After an error PostgreSQL takes a commit as a rollback.
        public void Dispose() => Execute(connection, "COMMIT");
    }

    [GeneratedRegex(@"(FROM|JOIN)\s+audit_entries\b")]
    private static partial Regex Table();
}
