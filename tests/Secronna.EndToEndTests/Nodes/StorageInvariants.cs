using Npgsql;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>Rules for the stored data that must hold whatever happened to the nodes and the database (S12, S20, S30).</summary>
internal static class StorageInvariants
{
    private static readonly (string Rule, string CountOfFaults)[] Rules =
    [
        ("versions go from 1 to the current one without a gap", """
            SELECT count(*) FROM secrets s WHERE (s.current_version, s.current_version, 1::bigint) IS DISTINCT FROM
                (SELECT (count(*), max(version), min(version)) FROM secret_versions v WHERE v.secret_id = s.id)
            """),
        ("a workspace's audit entries are numbered from 1 without a gap", """
            SELECT count(*) FROM workspaces w WHERE w.audit_sequence <> (SELECT count(*) FROM audit_entries a WHERE a.workspace_id = w.id)
                OR w.audit_sequence <> (SELECT coalesce(max(sequence), 0) FROM audit_entries a WHERE a.workspace_id = w.id)
            """),
        ("audit entries are in the order of their times", """
            SELECT count(*) FROM (SELECT created_at, lag(created_at) OVER (PARTITION BY workspace_id ORDER BY sequence) AS earlier
                FROM audit_entries) a WHERE created_at < earlier
            """),
        // An audit entry gets its number under a lock that is held until the commit. All versions of a batch or a restore have
        // one instant.
        ("each version's instant is later than those committed before it", """
            SELECT count(*) FROM (SELECT v.created_at, a.request_id, lag(v.created_at) OVER w AS earlier, lag(a.request_id) OVER w AS other
                FROM audit_entries a JOIN secret_versions v ON v.secret_id = a.secret_id AND v.version = a.version
                WHERE a.action IN ('secret.write', 'secret.rollback') AND a.outcome = 'success'
                WINDOW w AS (PARTITION BY a.environment_id ORDER BY a.sequence)) o
            WHERE created_at < earlier OR (created_at = earlier AND request_id <> other)
            """),
        ("each version has its audit entry, once", """
            SELECT count(*) FROM secret_versions v WHERE 1 <> (SELECT count(*) FROM audit_entries a WHERE a.secret_id = v.secret_id
                AND a.version = v.version AND a.outcome = 'success'
                AND a.action = CASE v.kind WHEN 'written' THEN 'secret.write' ELSE 'secret.rollback' END)
            """),
        ("each version and each deletion is a change at its instant, and there is no other but destructions", """
            WITH changes AS (SELECT c.environment_id, c.instant, c.secret_id, c.version FROM secret_changes c JOIN environments e ON e.id = c.environment_id WHERE e.deleted_at IS NULL
                AND c.destroyed IS NULL),
            made AS (SELECT s.environment_id, v.created_at, v.secret_id, v.version FROM secret_versions v
                JOIN secrets s ON s.id = v.secret_id JOIN environments e ON e.id = s.environment_id WHERE e.deleted_at IS NULL
                UNION ALL SELECT s.environment_id, s.deleted_at, s.id, NULL FROM secrets s
                JOIN environments e ON e.id = s.environment_id WHERE s.deleted_at IS NOT NULL AND e.deleted_at IS NULL)
            SELECT (SELECT count(*) FROM (SELECT * FROM changes EXCEPT ALL SELECT * FROM made) o)
                + (SELECT count(*) FROM (SELECT * FROM made EXCEPT ALL SELECT * FROM changes) o)
            """),
        ("each deletion has its audit entry, and no other has one", """
            SELECT count(*) FROM secrets s WHERE (s.deleted_at IS NOT NULL) <> EXISTS (SELECT 1 FROM audit_entries a
                WHERE a.secret_id = s.id AND a.action = 'secret.delete' AND a.outcome = 'success')
            """),
        ("an environment counts its secrets", """
            SELECT count(*) FROM environments e WHERE e.secret_count <>
                (SELECT count(*) FROM secrets s WHERE s.environment_id = e.id AND s.deleted_at IS NULL)
            """),
    ];

    /// <summary>Expects that all rules hold.</summary>
    public static async Task ExpectHoldAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        using var snapshot = DecodedTrail.FillFor(connection, "FROM audit_entries");
        connection.Run("CREATE INDEX ON audit_entries (secret_id, version)");
        foreach (var (rule, countOfFaults) in Rules)
        {
            await using var command = new NpgsqlCommand(countOfFaults, connection);
            Assert.True(await command.ExecuteScalarAsync() is 0L, rule);
        }
    }

    /// <summary>Returns the first column of a query, which must be text.</summary>
    public static async Task<List<string>> ReadTextsAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        using var snapshot = DecodedTrail.FillFor(connection, sql);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
