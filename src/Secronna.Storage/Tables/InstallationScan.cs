using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Reads all projects, environments, secrets and versions, page by page, to verify them. Rows of a deleted environment or project
/// are left out or marked, because they are being removed in the background.
/// </summary>
public static class InstallationScan
{
    private const int RowsInPage = 500;

    private const string UndeletedJoin = """
         JOIN environments e ON e.id = s.environment_id AND e.deleted_at IS NULL
         JOIN projects p ON p.id = e.project_id AND p.deleted_at IS NULL
        """;

    // The destruction of a version names that version, and the one that was and stayed the current one.
    private const string WrongDestructions = """
        (SELECT count(*) FROM secret_changes c WHERE c.secret_id = s.id AND c.destroyed IS NOT NULL AND (
            c.environment_id <> s.environment_id OR c.destroyed >= coalesce(c.version, 0)
            OR coalesce(c.version, 0) <> coalesce((SELECT p.version FROM secret_changes p
                WHERE p.secret_id = s.id AND p.instant < c.instant ORDER BY p.instant DESC LIMIT 1), 0)
            OR NOT EXISTS (SELECT 1 FROM secret_versions v WHERE v.secret_id = s.id AND v.version = c.destroyed)))
        """;

    private const string Pointers = $"""
        SELECT s.id, s.deleted_at, s.workspace_id, e.workspace_id, p.workspace_id, s.project_id, e.project_id,
            s.current_version,
            (SELECT coalesce(max(v.version), 0) FROM secret_versions v WHERE v.secret_id = s.id),
            CASE WHEN s.deleted_at IS NULL THEN 0 ELSE s.current_version - s.destroyed_to END,
            CASE WHEN s.deleted_at IS NULL THEN 0 ELSE
                (SELECT count(v.kek_id) FROM secret_versions v WHERE v.secret_id = s.id AND v.version <= s.destroyed_to) END,
            (SELECT count(*) FROM secret_versions v WHERE v.secret_id = s.id) + CASE WHEN s.deleted_at IS NULL THEN 0 ELSE 1 END,
            (SELECT count(*) FROM secret_changes c WHERE c.secret_id = s.id AND c.destroyed IS NULL),
            (SELECT count(*) FROM secret_changes c LEFT JOIN secret_versions v ON v.secret_id = c.secret_id AND v.version = c.version
                WHERE c.secret_id = s.id AND c.environment_id = s.environment_id AND c.destroyed IS NULL
                  AND c.instant = CASE WHEN c.version IS NULL THEN s.deleted_at ELSE v.created_at END),
            s.created_at, (SELECT min(v.created_at) FROM secret_versions v WHERE v.secret_id = s.id),
            coalesce(e.deleted_at, p.deleted_at), {WrongDestructions}
        FROM secrets s{UndeletedJoin} WHERE s.id > $1 ORDER BY s.id LIMIT $2
        """;

    // The inner query takes the page first; the subqueries then find the environment of each version. With a join, a planner
    // without statistics might start from the secrets and read the whole table for every page. A page has 100 versions, because a
    // version may have 64 KiB.
    private const string Versions = $"""
        SELECT v.secret_id, v.version, v.kek_id, v.wrapped_data_key, v.ciphertext, v.tag,
            CASE WHEN {VersionTable.Destroyed} THEN 1 ELSE 0 END,
            (SELECT s.workspace_id FROM secrets s WHERE s.id = v.secret_id),
            (SELECT s.environment_id FROM secrets s WHERE s.id = v.secret_id),
            (SELECT e.project_id FROM secrets s JOIN environments e ON e.id = s.environment_id WHERE s.id = v.secret_id),
            (SELECT s.key FROM secrets s WHERE s.id = v.secret_id),
            (SELECT s.deleted_at FROM secrets s WHERE s.id = v.secret_id),
            (SELECT coalesce(e.deleted_at, p.deleted_at) FROM secrets s JOIN environments e ON e.id = s.environment_id
                JOIN projects p ON p.id = e.project_id WHERE s.id = v.secret_id)
        FROM (SELECT * FROM secret_versions WHERE (secret_id, version) > ($1, $2) ORDER BY secret_id, version LIMIT 100) v
        ORDER BY v.secret_id, v.version
        """;

    /// <summary>
    /// Lists the projects with ids after <paramref name="after"/>, and whether each has exactly one active KEK.
    /// </summary>
    public static async ValueTask<List<(string Id, bool HasActiveKek)>> ListProjectsAsync(Session session, string after)
    {
        await using var query = session.Prepare("""
            SELECT p.id, (SELECT count(*) FROM project_keys k WHERE k.project_id = p.id AND k.state = 'active')
            FROM projects p WHERE p.id > $1 AND p.deleted_at IS NULL ORDER BY p.id LIMIT $2
            """);
        return await query.Bind(after).Bind(RowsInPage).ReadAllAsync(row => (row.GetText(0), row.GetInt64(1) == 1));
    }

    /// <summary>Lists the environments with ids after <paramref name="after"/>.</summary>
    public static async ValueTask<List<CountedEnvironmentRow>> ListEnvironmentsAsync(Session session, string after)
    {
        await using var query = session.Prepare("""
            SELECT e.id, e.secret_count,
                (SELECT count(*) FROM secrets s WHERE s.environment_id = e.id AND s.deleted_at IS NULL)
            FROM environments e JOIN projects p ON p.id = e.project_id AND p.deleted_at IS NULL
            WHERE e.id > $1 AND e.deleted_at IS NULL ORDER BY e.id LIMIT $2
            """);
        return await query.Bind(after).Bind(RowsInPage)
            .ReadAllAsync(row => new CountedEnvironmentRow(row.GetText(0), row.GetInt64(1), row.GetInt64(2)));
    }

    /// <summary>Lists the pointers of the secrets with ids after <paramref name="after"/>, tombstones included.</summary>
    public static async ValueTask<List<SecretPointerRow>> ListPointersAsync(Session session, string after)
    {
        await using var query = session.Prepare(Pointers);
        return await query.Bind(after).Bind(RowsInPage).ReadAllAsync(ReadPointer);
    }

    /// <summary>Lists the versions after a version, ordered by the secret's id and the version's number.</summary>
    public static async ValueTask<List<StoredVersionRow>> ListVersionsAsync(Session session, string afterSecret, long afterVersion)
    {
        await using var query = session.Prepare(Versions);
        return await query.Bind(afterSecret).Bind(afterVersion).ReadAllAsync(row => new StoredVersionRow(
            row.GetText(0), row.GetInt64(1), row.GetTextOrNull(2), row.GetBlob(3), row.GetBlob(4), row.GetBlob(5),
            row.GetInt64(6) == 1, row.GetTextOrNull(7) ?? "", row.GetTextOrNull(8) ?? "", row.GetTextOrNull(9) ?? "",
            row.GetTextOrNull(10) ?? "", !row.IsNull(11), !row.IsNull(12)));
    }

    private static SecretPointerRow ReadPointer(Statement row) => new(
        row.GetText(0),
        IsDeleted: !row.IsNull(1),
        MatchesEnvironment: row.GetText(2) == row.GetText(3) && row.GetText(3) == row.GetText(4) && row.GetText(5) == row.GetText(6),
        CurrentVersion: row.GetInt64(7),
        LastVersion: row.GetInt64(8),
        VersionsToDestroy: row.GetInt64(9),
        UndestroyedVersions: row.GetInt64(10),
        // While an environment or project is being removed, its changes are removed before its versions. So the history need not
        // match.
        MatchesHistory: !row.IsNull(16) || (row.GetInt64(11) == row.GetInt64(12) && row.GetInt64(12) == row.GetInt64(13)
            && !row.IsNull(15) && row.GetInt64(14) == row.GetInt64(15) && row.GetInt64(17) == 0));
}
