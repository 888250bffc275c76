using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Credentials. A change advances the access counter in the same transaction, so that every node sees the change (S22).
/// </summary>
public static class CredentialTable
{
    private const string ColumnList = """
        SELECT c.id, c.workspace_id, c.kind, c.name, c.prefix, c.token_hash, c.created_at, c.created_by, c.grants,
               c.expires_at, c.revoked_at, c.last_used_at
        """;

    private const string Columns = ColumnList + " FROM credentials c";

    private const int IdsPerStatement = 100;

    // No id is empty, so an unused parameter is bound to an empty text and finds nothing.
    private static readonly string NamesOfIds = $"""
        SELECT id, name FROM credentials
        WHERE workspace_id = $1 AND id IN ({string.Join(", ", Enumerable.Range(2, IdsPerStatement).Select(number => $"${number}"))})
        """;

    /// <summary>Adds a credential.</summary>
    /// <exception cref="UniqueViolationException">Another credential has this prefix. The caller makes another token.</exception>
    public static async ValueTask InsertAsync(Transaction transaction, CredentialRow row)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO credentials (id, workspace_id, kind, name, prefix, token_hash, created_at, created_by, grants, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """);
        await insert.Bind(row.Id).Bind(row.WorkspaceId).Bind(row.Kind).Bind(row.Name).Bind(row.Prefix)
            .Bind(row.TokenHash).Bind(row.CreatedAt).Bind(row.CreatedBy).Bind(row.Grants).Bind(row.ExpiresAt)
            .ExecuteAsync();
        await InstallationTable.AdvanceAccessCounterAsync(transaction);
    }

    /// <summary>
    /// Finds the credential whose token has this prefix, even if the credential is revoked or expired. Also tells whether its
    /// workspace is on the allowlist. Returns <c>null</c> when there is no such credential. One statement does all of this, so
    /// that an unknown prefix takes as long as a known prefix.
    /// </summary>
    public static async ValueTask<(CredentialRow Row, bool IsAllowed)?> FindByPrefixAsync(Session session, string prefix)
    {
        await using var query = session.Prepare(
            ColumnList + ", w.allowed FROM credentials c JOIN workspaces w ON w.id = c.workspace_id WHERE c.prefix = $1");
        return await query.Bind(prefix).ReadAsync() ? (Read(query), query.GetInt64(12) != 0) : null;
    }

    /// <summary>Counts the credentials of a workspace that are not revoked, up to a limit.</summary>
    public static async ValueTask<int> CountLiveAsync(Session session, string workspaceId, int limit)
    {
        await using var query = session.Prepare("""
            SELECT count(*) FROM (
                SELECT 1 FROM credentials WHERE workspace_id = $1 AND revoked_at IS NULL LIMIT $2) counted
            """);
        return await query.Bind(workspaceId).Bind(limit).ReadAsync() ? query.GetInt32(0) : 0;
    }

    /// <summary>Counts the credentials of all workspaces that never expire and are not revoked.</summary>
    public static async ValueTask<long> CountWithoutExpiryAsync(Session session)
    {
        await using var query = session.Prepare("SELECT count(*) FROM credentials WHERE expires_at IS NULL AND revoked_at IS NULL");
        return await query.ReadAsync() ? query.GetInt64(0) : 0;
    }

    /// <summary>Whether the workspace has, or had, a credential with this id.</summary>
    public static async ValueTask<bool> ExistsAsync(Session session, string workspaceId, string id)
    {
        await using var query = session.Prepare("SELECT 1 FROM credentials c WHERE c.id = $1 AND c.workspace_id = $2");
        return await query.Bind(id).Bind(workspaceId).ReadAsync();
    }

    /// <summary>
    /// Finds the names of credentials of the workspace, revoked ones included. An id that is no credential's is left out.
    /// </summary>
    public static async ValueTask<Dictionary<string, string>> NamesAsync(
        Session session, string workspaceId, IReadOnlyList<string> ids)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in ids.Chunk(IdsPerStatement))
        {
            await using var query = session.Prepare(NamesOfIds);
            query.Bind(workspaceId);
            for (var i = 0; i < IdsPerStatement; i++)
            {
                query.Bind(i < part.Length ? part[i] : "");
            }

            while (await query.ReadAsync())
            {
                names.Add(query.GetText(0), query.GetText(1));
            }
        }

        return names;
    }

    /// <summary>
    /// Finds a credential of the workspace and locks its row for a change. Returns <c>null</c> when there is none.
    /// </summary>
    public static async ValueTask<CredentialRow?> LockAsync(
        Transaction transaction, string workspaceId, string kind, string id)
    {
        await using var query = transaction.Prepare(Columns + " WHERE c.id = $1 AND c.workspace_id = $2 AND c.kind = $3 FOR UPDATE");
        return await query.Bind(id).Bind(workspaceId).Bind(kind).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Lists the workspace's credentials of a kind with ids after <paramref name="after"/>, oldest first.</summary>
    public static async ValueTask<List<CredentialRow>> ListAsync(
        Session session, string workspaceId, string kind, bool withRevoked, string after, int limit)
    {
        // Each of the two statements reads an index that has no other rows.
        await using var query = session.Prepare(withRevoked
            ? Columns + " WHERE c.workspace_id = $1 AND c.kind = $2 AND c.id > $3 ORDER BY c.id LIMIT $4"
            : Columns + " WHERE c.workspace_id = $1 AND c.kind = $2 AND c.id > $3 AND c.revoked_at IS NULL ORDER BY c.id LIMIT $4");
        query.Bind(workspaceId).Bind(kind).Bind(after).Bind(limit);
        return await query.ReadAllAsync(Read);
    }

    /// <summary>
    /// Lists the workspace's credentials of a kind with ids after <paramref name="after"/> that have grants and are not revoked,
    /// and locks their rows for a change.
    /// </summary>
    public static async ValueTask<List<CredentialRow>> LockGrantedAsync(
        Transaction transaction, string workspaceId, string kind, string after, int limit)
    {
        await using var query = transaction.Prepare(
            Columns + " WHERE c.workspace_id = $1 AND c.kind = $2 AND c.id > $3 AND c.grants <> '[]' AND c.revoked_at IS NULL ORDER BY c.id LIMIT $4 FOR UPDATE");
        return await query.Bind(workspaceId).Bind(kind).Bind(after).Bind(limit).ReadAllAsync(Read);
    }

    /// <summary>
    /// Finds an API key of the workspace that makes another credential, and holds its row: while the transaction runs, nobody
    /// revokes it. Returns <c>null</c> when it was revoked before.
    /// </summary>
    public static async ValueTask<CredentialRow?> HoldMakerAsync(Transaction transaction, string workspaceId, string id)
    {
        await using var query = transaction.Prepare(
            Columns + " WHERE c.id = $1 AND c.workspace_id = $2 AND c.revoked_at IS NULL FOR SHARE");
        return await query.Bind(id).Bind(workspaceId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>
    /// Lists what a credential of the workspace made, with ids after <paramref name="after"/>, oldest first and revoked ones
    /// included.
    /// </summary>
    public static async ValueTask<List<CredentialRow>> ListMadeAsync(
        Session session, string workspaceId, string makerId, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE c.workspace_id = $1 AND c.created_by = $2 AND c.id > $3 ORDER BY c.id LIMIT $4");
        return await query.Bind(workspaceId).Bind(makerId).Bind(after).Bind(limit).ReadAllAsync(Read);
    }

    /// <summary>Does the same as <see cref="ListMadeAsync"/>, and locks the rows for a change.</summary>
    public static async ValueTask<List<CredentialRow>> LockMadeAsync(
        Transaction transaction, string workspaceId, string makerId, string after, int limit)
    {
        await using var query = transaction.Prepare(
            Columns + " WHERE c.workspace_id = $1 AND c.created_by = $2 AND c.id > $3 ORDER BY c.id LIMIT $4 FOR UPDATE");
        return await query.Bind(workspaceId).Bind(makerId).Bind(after).Bind(limit).ReadAllAsync(Read);
    }

    /// <summary>Finds a credential of the workspace, revoked or not. Returns <c>null</c> when there is none.</summary>
    public static async ValueTask<CredentialRow?> FindAsync(Session session, string workspaceId, string kind, string id)
    {
        await using var query = session.Prepare(Columns + " WHERE c.id = $1 AND c.workspace_id = $2 AND c.kind = $3");
        return await query.Bind(id).Bind(workspaceId).Bind(kind).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Stores the name, the expiry and the grants of <paramref name="row"/>.</summary>
    public static async ValueTask UpdateAsync(Transaction transaction, CredentialRow row)
    {
        await using var update = transaction.Prepare(
            "UPDATE credentials SET name = $1, expires_at = $2, grants = $3 WHERE id = $4");
        await update.Bind(row.Name).Bind(row.ExpiresAt).Bind(row.Grants).Bind(row.Id).ExecuteAsync();
        await InstallationTable.AdvanceAccessCounterAsync(transaction);
    }

    /// <summary>Revokes a credential. Returns false when it was revoked before.</summary>
    public static async ValueTask<bool> RevokeAsync(Transaction transaction, string id, long now) =>
        await RevokeAsync(transaction, [id], now) == 1;

    /// <summary>Revokes credentials. Returns how many of them were not revoked before.</summary>
    public static async ValueTask<int> RevokeAsync(Transaction transaction, IReadOnlyList<string> ids, long now)
    {
        var revoked = await transaction.ExecuteManyAsync(
            "UPDATE credentials SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", ids,
            (update, id) => update.Bind(now).Bind(id));
        await InstallationTable.AdvanceAccessCounterAsync(transaction);
        return revoked;
    }

    /// <summary>
    /// Stores when a credential was last used. No decision depends on this, so the access counter stays as it is. Returns false
    /// when a later use is stored already.
    /// </summary>
    public static async ValueTask<bool> StoreLastUseAsync(Transaction transaction, string id, long now)
    {
        await using var update = transaction.Prepare("""
            UPDATE credentials SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)
            """);
        return await update.Bind(now).Bind(id).ExecuteAsync() == 1;
    }

    private static CredentialRow Read(Statement row) =>
        new(row.GetText(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetText(4), row.GetBlob(5),
            row.GetInt64(6), row.GetText(7), row.GetText(8), row.GetInt64OrNull(9), row.GetInt64OrNull(10),
            row.GetInt64OrNull(11));
}
