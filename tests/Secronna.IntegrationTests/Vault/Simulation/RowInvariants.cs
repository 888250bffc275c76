using System.Data.Common;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>What must be true of the rows at every moment, each by one look.</summary>
internal static class RowInvariants
{
    private static readonly (string What, string Sql)[] Never =
    [
        ("a version is under a KEK that was destroyed, or is none, or is another project's", """
            SELECT v.secret_id, v.version FROM secret_versions v JOIN secrets s ON s.id = v.secret_id
            LEFT JOIN project_keys k ON k.id = v.kek_id
            WHERE v.kek_id IS NOT NULL AND (k.id IS NULL OR k.state = 'destroyed' OR k.project_id <> s.project_id)
            """),
        ("a project has no active KEK, or several", """
            SELECT p.id FROM projects p
            WHERE (SELECT count(*) FROM project_keys k WHERE k.project_id = p.id AND k.state = 'active') <> 1
            """),
        ("a KEK is under a master key that is not known, or retired", """
            SELECT k.id, k.master_key_id FROM project_keys k LEFT JOIN master_keys m ON m.id = k.master_key_id
            WHERE k.state <> 'destroyed' AND (m.id IS NULL OR m.retired_at IS NOT NULL)
            """),
        ("a KEK is under another master key than the active one, and no rotation is under way", """
            SELECT k.id FROM project_keys k JOIN installation i ON i.id = 1
            WHERE k.state <> 'destroyed' AND k.master_key_id <> i.active_master_key_id AND i.rotation_began_at IS NULL
            """),
        ("rotations in the trail are not those that were", """
            SELECT 1 WHERE (SELECT count(*) FROM audit_entries WHERE action = 'kek.rotate' AND outcome = 'success')
                <> (SELECT count(*) FROM project_keys) - (SELECT count(*) FROM projects)
            """),
        ("destructions in the trail are not those that were", """
            SELECT 1 WHERE (SELECT count(*) FROM audit_entries WHERE action = 'kek.destroy')
                <> (SELECT count(*) FROM project_keys WHERE state = 'destroyed')
            """),
    ];

    public static void Check(TestDatabase database)
    {
        using var connection = database.Connect();
        foreach (var (what, sql) in Never)
        {
            Assert.True(connection.All(sql) is [], what);
        }
    }

    /// <summary>Whether nothing is left to do of any rotation.</summary>
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

    /// <summary>What a node that is gone held, others may go on with: so much time has passed.</summary>
    public static void EndLeases(TestDatabase database)
    {
        using DbConnection connection = database.Connect();
        connection.Run("UPDATE project_keys SET worked_until = 0 WHERE state = 'retiring'");
        connection.Run("UPDATE installation SET worked_until = 0");
        connection.Run("UPDATE nodes SET seen_at = seen_at - 20000000");
    }
}
