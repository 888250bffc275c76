using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Shows whether servers run on an installation, and whether the installation changes.</summary>
/// <param name="Now">The time by the database's clock, in microseconds since 1970.</param>
/// <param name="ProbedAt">When a server last wrote that it runs.</param>
/// <param name="Changes">A sum that grows with every audit entry and every change of access.</param>
public sealed record InstallationPulse(long Now, long ProbedAt, long Changes)
{
    /// <summary>Reads the current state.</summary>
    /// <exception cref="StorageUnavailableException">The installation's row is missing.</exception>
    public static async ValueTask<InstallationPulse> ReadAsync(Session session)
    {
        await using var query = session.Prepare("""
            SELECT now_us(), probed_at, access_changes + (
                SELECT CAST(coalesce(sum((
                    SELECT first_sequence + count FROM trail_segments s WHERE s.workspace_id = trail.id
                    ORDER BY first_sequence DESC LIMIT 1)), 0) AS bigint)
                FROM (SELECT id FROM workspaces UNION ALL SELECT '') trail)
            FROM installation WHERE id = 1
            """);
        return await query.ReadAsync()
            ? new InstallationPulse(query.GetInt64(0), query.GetInt64(1), query.GetInt64(2))
            : throw new StorageUnavailableException("the installation's row is missing");
    }
}
