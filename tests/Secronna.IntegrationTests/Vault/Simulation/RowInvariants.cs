using System.Data.Common;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>Invariants of the database's rows that hold at every moment. Each is one query that must find nothing.</summary>
internal static class RowInvariants
{
    private static readonly (string Violation, string Sql)[] Queries =
    [
        ("a version is under a KEK that is destroyed, does not exist or belongs to another project", """
            SELECT v.secret_id, v.version FROM secret_versions v JOIN secrets s ON s.id = v.secret_id
            LEFT JOIN project_keys k ON k.id = v.kek_id
            WHERE v.kek_id IS NOT NULL AND (k.id IS NULL OR k.state = 'destroyed' OR k.project_id <> s.project_id)
            """),
        ("a project does not have exactly one active KEK", """
            SELECT p.id FROM projects p
            WHERE (SELECT count(*) FROM project_keys k WHERE k.project_id = p.id AND k.state = 'active') <> 1
            """),
        ("a KEK is under a master key that is unknown or retired", """
            SELECT k.id, k.master_key_id FROM project_keys k LEFT JOIN master_keys m ON m.id = k.master_key_id
            WHERE k.state <> 'destroyed' AND (m.id IS NULL OR m.retired_at IS NOT NULL)
            """),
        ("a KEK is under a master key that is not the active one, and no rotation is running", """
            SELECT k.id FROM project_keys k JOIN installation i ON i.id = 1
            WHERE k.state <> 'destroyed' AND k.master_key_id <> i.active_master_key_id AND i.rotation_began_at IS NULL
            """),
        ("the audit trail does not have one entry for each KEK rotation", """
            SELECT 1 WHERE (SELECT count(*) FROM audit_entries WHERE action = 'kek.rotate' AND outcome = 'success')
                <> (SELECT count(*) FROM project_keys) - (SELECT count(*) FROM projects)
            """),
        ("the audit trail does not have one entry for each destroyed KEK", """
            SELECT 1 WHERE (SELECT count(*) FROM audit_entries WHERE action = 'kek.destroy')
                <> (SELECT count(*) FROM project_keys WHERE state = 'destroyed')
            """),
    ];

    public static void Check(TestDatabase database)
    {
        using var connection = database.Connect();
        foreach (var (violation, sql) in Queries)
        {
            Assert.True(connection.All(sql) is [], violation);
        }
    }

    /// <summary>Whether all rotations have ended.</summary>
    public static bool IsAllDone(TestDatabase database)
    {
        using var connection = database.Connect();
        return connection.One<long>("SELECT count(*) FROM project_keys WHERE state = 'retiring'") == 0
            && connection.One<long>("SELECT count(*) FROM installation WHERE rotation_began_at IS NOT NULL") == 0;
    }

    public static long Count(TestDatabase database, string sql)
    {
        using var connection = database.Connect();
        return connection.One<long>(sql);
    }

    /// <summary>Lets the leases of all nodes expire, so that other nodes may continue their work.</summary>
    public static void EndLeases(TestDatabase database)
    {
        using DbConnection connection = database.Connect();
        connection.Run("UPDATE project_keys SET worked_until = 0 WHERE state = 'retiring'");
        connection.Run("UPDATE installation SET worked_until = 0");
        connection.Run("UPDATE nodes SET seen_at = seen_at - 20000000");
    }
}
