using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>A trail of audit entries by what its counter says: a workspace's, or the installation's.</summary>
public sealed record TrailRow(string WorkspaceId, long LastSequence, long LastTime);

/// <summary>An environment, and the secrets that are there.</summary>
public sealed record CountedEnvironmentRow(string Id, long SecretCount, long Secrets);

/// <summary>A secret's pointer, and what its versions are.</summary>
/// <param name="Id">The secret's id.</param>
/// <param name="IsDeleted">Whether it is a tombstone.</param>
/// <param name="IsWhereItSays">Whether workspace and project are those of its environment.</param>
/// <param name="CurrentVersion">Where it points.</param>
/// <param name="LastVersion">The highest of its versions; 0 where there is none.</param>
/// <param name="ToDestroy">Of a tombstone, the versions that a server is still to destroy.</param>
/// <param name="NotDestroyed">Of a tombstone, the versions that are said to be destroyed and hold something sealed.</param>
/// <param name="IsWhatHistoryTells">Whether its changes are its versions and its deletion, each at its time, and no others.</param>
public sealed record PointerRow(
    string Id, bool IsDeleted, bool IsWhereItSays, long CurrentVersion, long LastVersion, long ToDestroy, long NotDestroyed,
    bool IsWhatHistoryTells);

/// <summary>A version of any secret, with what is sealed of it.</summary>
/// <param name="SecretId">The secret's id.</param>
/// <param name="Version">The number.</param>
/// <param name="KekId">The KEK; null where nothing is sealed.</param>
/// <param name="WrappedDataKey">The wrapped data key.</param>
/// <param name="Ciphertext">The ciphertext.</param>
/// <param name="WorkspaceId">The workspace that the secret's row names.</param>
/// <param name="EnvironmentId">The secret's environment.</param>
/// <param name="ProjectId">The project of that.</param>
/// <param name="IsDeleted">Whether the secret is a tombstone.</param>
/// <param name="IsBeingRemoved">Whether its environment or project is deleted: it goes piece by piece.</param>
public sealed record StoredVersionRow(
    string SecretId, long Version, string? KekId, byte[] WrappedDataKey, byte[] Ciphertext, string WorkspaceId,
    string EnvironmentId, string ProjectId, bool IsDeleted, bool IsBeingRemoved);

/// <summary>
/// Reads everything, page by page, to be verified. What lies in a deleted environment or project is left out, or said to:
/// it goes in the background, piece by piece.
/// </summary>
public static class InstallationScan
{
    private const int RowsInPage = 500;
    private const int EntriesInPage = 5_000;

    private const string Where = """
         JOIN environments e ON e.id = s.environment_id AND e.deleted_at IS NULL
         JOIN projects p ON p.id = e.project_id AND p.deleted_at IS NULL
        """;

    private const string Pointers = $"""
        SELECT s.id, s.deleted_at, s.workspace_id, e.workspace_id, p.workspace_id, s.project_id, e.project_id,
            s.current_version,
            (SELECT coalesce(max(v.version), 0) FROM secret_versions v WHERE v.secret_id = s.id),
            CASE WHEN s.deleted_at IS NULL THEN 0 ELSE s.current_version - s.destroyed_to END,
            CASE WHEN s.deleted_at IS NULL THEN 0 ELSE
                (SELECT count(v.kek_id) FROM secret_versions v WHERE v.secret_id = s.id AND v.version <= s.destroyed_to) END,
            (SELECT count(*) FROM secret_versions v WHERE v.secret_id = s.id) + CASE WHEN s.deleted_at IS NULL THEN 0 ELSE 1 END,
            (SELECT count(*) FROM secret_changes c WHERE c.secret_id = s.id),
            (SELECT count(*) FROM secret_changes c LEFT JOIN secret_versions v ON v.secret_id = c.secret_id AND v.version = c.version
                WHERE c.secret_id = s.id AND c.environment_id = s.environment_id
                  AND c.instant = CASE WHEN c.version IS NULL THEN s.deleted_at ELSE v.created_at END),
            s.created_at, (SELECT min(v.created_at) FROM secret_versions v WHERE v.secret_id = s.id),
            coalesce(e.deleted_at, p.deleted_at)
        FROM secrets s{Where} WHERE s.id > $1 ORDER BY s.id LIMIT $2
        """;

    // The page first, and then where its versions belong: a planner without statistics would walk it the other way round,
    // from the beginning for every page. A version may be 64 KiB.
    private const string Versions = """
        SELECT v.secret_id, v.version, v.kek_id, v.wrapped_data_key, v.ciphertext,
            (SELECT s.workspace_id FROM secrets s WHERE s.id = v.secret_id),
            (SELECT s.environment_id FROM secrets s WHERE s.id = v.secret_id),
            (SELECT e.project_id FROM secrets s JOIN environments e ON e.id = s.environment_id WHERE s.id = v.secret_id),
            (SELECT s.deleted_at FROM secrets s WHERE s.id = v.secret_id),
            (SELECT coalesce(e.deleted_at, p.deleted_at) FROM secrets s JOIN environments e ON e.id = s.environment_id
                JOIN projects p ON p.id = e.project_id WHERE s.id = v.secret_id)
        FROM (SELECT * FROM secret_versions WHERE (secret_id, version) > ($1, $2) ORDER BY secret_id, version LIMIT 100) v
        ORDER BY v.secret_id, v.version
        """;

    /// <summary>The installation's own trail.</summary>
    public static async ValueTask<TrailRow> InstallationTrailAsync(Session session)
    {
        await using var query = session.Prepare("SELECT audit_sequence, audited_at FROM installation WHERE id = 1");
        return await query.ReadAsync()
            ? new TrailRow(AuditEntry.Installation, query.GetInt64(0), query.GetInt64(1))
            : throw new StorageUnavailableException("the installation's row is gone");
    }

    /// <summary>The trails of the workspaces after this id, in its order.</summary>
    public static ValueTask<List<TrailRow>> TrailsAsync(Session session, string after) => ReadAsync(
        session.Prepare("SELECT id, audit_sequence, audited_at FROM workspaces WHERE id > $1 ORDER BY id LIMIT $2")
            .Bind(after).Bind(RowsInPage),
        row => new TrailRow(row.GetText(0), row.GetInt64(1), row.GetInt64(2)));

    /// <summary>The next workspace after this id that has entries, whether it is there or not; null after the last.</summary>
    public static async ValueTask<(string Id, bool IsThere)?> NextAuditedAsync(Session session, string after)
    {
        await using var query = session.Prepare("""
            SELECT a.workspace_id, w.id FROM audit_entries a LEFT JOIN workspaces w ON w.id = a.workspace_id
            WHERE a.workspace_id > $1 ORDER BY a.workspace_id LIMIT 1
            """);
        return await query.Bind(after).ReadAsync() ? (query.GetText(0), !query.IsNull(1)) : null;
    }

    /// <summary>Places and times of a trail's entries above this one.</summary>
    public static ValueTask<List<(long Sequence, long CreatedAt)>> EntriesAsync(Session session, string workspaceId, long above) =>
        ReadAsync(
            session.Prepare("""
                SELECT sequence, created_at FROM audit_entries
                WHERE workspace_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
                """).Bind(workspaceId).Bind(above).Bind(EntriesInPage),
            row => (row.GetInt64(0), row.GetInt64(1)));

    /// <summary>The projects after this id, and whether each has the one active KEK that it needs.</summary>
    public static ValueTask<List<(string Id, bool HasActiveKek)>> ProjectsAsync(Session session, string after) => ReadAsync(
        session.Prepare("""
            SELECT p.id, (SELECT count(*) FROM project_keys k WHERE k.project_id = p.id AND k.state = 'active')
            FROM projects p WHERE p.id > $1 AND p.deleted_at IS NULL ORDER BY p.id LIMIT $2
            """).Bind(after).Bind(RowsInPage),
        row => (row.GetText(0), row.GetInt64(1) == 1));

    /// <summary>The environments after this id.</summary>
    public static ValueTask<List<CountedEnvironmentRow>> EnvironmentsAsync(Session session, string after) => ReadAsync(
        session.Prepare("""
            SELECT e.id, e.secret_count,
                (SELECT count(*) FROM secrets s WHERE s.environment_id = e.id AND s.deleted_at IS NULL)
            FROM environments e JOIN projects p ON p.id = e.project_id AND p.deleted_at IS NULL
            WHERE e.id > $1 AND e.deleted_at IS NULL ORDER BY e.id LIMIT $2
            """).Bind(after).Bind(RowsInPage),
        row => new CountedEnvironmentRow(row.GetText(0), row.GetInt64(1), row.GetInt64(2)));

    /// <summary>The secrets after this id, tombstones included.</summary>
    public static ValueTask<List<PointerRow>> PointersAsync(Session session, string after) => ReadAsync(
        session.Prepare(Pointers).Bind(after).Bind(RowsInPage),
        row => new PointerRow(
            row.GetText(0), !row.IsNull(1), row.GetText(2) == row.GetText(3) && row.GetText(3) == row.GetText(4)
                && row.GetText(5) == row.GetText(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10),
            // What is being removed goes piece by piece, its changes first.
            !row.IsNull(16) || (row.GetInt64(11) == row.GetInt64(12) && row.GetInt64(12) == row.GetInt64(13)
                && !row.IsNull(15) && row.GetInt64(14) == row.GetInt64(15))));

    /// <summary>The versions after this one, by their secrets' ids and their numbers.</summary>
    public static ValueTask<List<StoredVersionRow>> VersionsAsync(Session session, string afterSecret, long afterVersion) => ReadAsync(
        session.Prepare(Versions).Bind(afterSecret).Bind(afterVersion),
        row => new StoredVersionRow(
            row.GetText(0), row.GetInt64(1), row.GetTextOrNull(2), row.GetBlob(3), row.GetBlob(4), row.GetTextOrNull(5) ?? "",
            row.GetTextOrNull(6) ?? "", row.GetTextOrNull(7) ?? "", !row.IsNull(8), !row.IsNull(9)));

    /// <summary>What moves with everything that is recorded, and with every running server.</summary>
    public static async ValueTask<InstallationPulse> PulseAsync(Session session)
    {
        await using var query = session.Prepare("""
            SELECT now_us(), probed_at,
                audit_sequence + access_changes + (SELECT CAST(coalesce(sum(audit_sequence), 0) AS bigint) FROM workspaces)
            FROM installation WHERE id = 1
            """);
        return await query.ReadAsync()
            ? new InstallationPulse(query.GetInt64(0), query.GetInt64(1), query.GetInt64(2))
            : throw new StorageUnavailableException("the installation's row is gone");
    }

    private static async ValueTask<List<T>> ReadAsync<T>(Statement bound, Func<Statement, T> read)
    {
        await using var query = bound;
        var rows = new List<T>();
        while (await query.ReadAsync())
        {
            rows.Add(read(query));
        }

        return rows;
    }
}

/// <summary>Signs of life of an installation.</summary>
/// <param name="Now">The database's clock.</param>
/// <param name="ProbedAt">When a server last wrote that it runs.</param>
/// <param name="Changes">A sum that moves with every audit entry.</param>
public sealed record InstallationPulse(long Now, long ProbedAt, long Changes);
