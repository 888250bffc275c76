using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// An API key or access key; of its token only the keyed hash (S25). The grants are the contract's JSON; an empty list is
/// everything.
/// </summary>
public sealed record CredentialRow(
    string Id, string WorkspaceId, string Kind, string Name, string Prefix, byte[] TokenHash, long CreatedAt,
    string CreatedBy, string Grants, long? ExpiresAt, long? RevokedAt, long? LastUsedAt)
{
    /// <summary>No grants: everything.</summary>
    public const string NoGrants = "[]";
}

/// <summary>Credentials. A change moves the counter of S22 in the same transaction.</summary>
public static class CredentialTable
{
    private const string ColumnList = """
        SELECT c.id, c.workspace_id, c.kind, c.name, c.prefix, c.token_hash, c.created_at, c.created_by, c.grants,
               c.expires_at, c.revoked_at, c.last_used_at
        """;

    private const string Columns = ColumnList + " FROM credentials c";

    /// <summary>Adds a credential.</summary>
    /// <exception cref="UniqueViolationException">The prefix is taken: make another token.</exception>
    public static async ValueTask InsertAsync(Transaction transaction, CredentialRow row)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO credentials (id, workspace_id, kind, name, prefix, token_hash, created_at, created_by, grants, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """);
        await insert.Bind(row.Id).Bind(row.WorkspaceId).Bind(row.Kind).Bind(row.Name).Bind(row.Prefix)
            .Bind(row.TokenHash).Bind(row.CreatedAt).Bind(row.CreatedBy).Bind(row.Grants).Bind(row.ExpiresAt)
            .ExecuteAsync();
        await InstallationTable.AccessChangedAsync(transaction);
    }

    /// <summary>
    /// The credential whose token begins so, revoked and expired ones included, and whether its workspace is on the
    /// allowlist; or null. One statement, so that it takes as long for none as for one.
    /// </summary>
    public static async ValueTask<(CredentialRow Row, bool IsAllowed)?> FindByPrefixAsync(Session session, string prefix)
    {
        await using var query = session.Prepare(
            ColumnList + ", w.allowed FROM credentials c JOIN workspaces w ON w.id = c.workspace_id WHERE c.prefix = $1");
        return await query.Bind(prefix).ReadAsync() ? (Read(query), query.GetInt64(12) != 0) : null;
    }

    /// <summary>The workspace's credential of this kind, locked for a change; or null.</summary>
    public static async ValueTask<CredentialRow?> LockAsync(
        Transaction transaction, string workspaceId, string kind, string id)
    {
        await using var query = transaction.Prepare(Columns + " WHERE c.id = $1 AND c.workspace_id = $2 AND c.kind = $3 FOR UPDATE");
        return await query.Bind(id).Bind(workspaceId).Bind(kind).ReadAsync() ? Read(query) : null;
    }

    /// <summary>The workspace's credentials of this kind after this id, oldest first.</summary>
    public static async ValueTask<List<CredentialRow>> ListAsync(
        Session session, string workspaceId, string kind, bool withRevoked, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE c.workspace_id = $1 AND c.kind = $2 AND c.id > $3 AND ($4 = 1 OR c.revoked_at IS NULL) ORDER BY c.id LIMIT $5");
        query.Bind(workspaceId).Bind(kind).Bind(after).Bind(withRevoked ? 1 : 0).Bind(limit);
        return await ReadAllAsync(query);
    }

    /// <summary>The workspace's credentials of this kind after this id that have grants and aren't revoked, locked for a change.</summary>
    public static async ValueTask<List<CredentialRow>> LockGrantedAsync(
        Transaction transaction, string workspaceId, string kind, string after, int limit)
    {
        await using var query = transaction.Prepare(
            Columns + " WHERE c.workspace_id = $1 AND c.kind = $2 AND c.id > $3 AND c.grants <> '[]' AND c.revoked_at IS NULL ORDER BY c.id LIMIT $4 FOR UPDATE");
        return await ReadAllAsync(query.Bind(workspaceId).Bind(kind).Bind(after).Bind(limit));
    }

    /// <summary>Changes a name, an expiry and grants.</summary>
    public static async ValueTask UpdateAsync(Transaction transaction, CredentialRow row)
    {
        await using var update = transaction.Prepare(
            "UPDATE credentials SET name = $1, expires_at = $2, grants = $3 WHERE id = $4");
        await update.Bind(row.Name).Bind(row.ExpiresAt).Bind(row.Grants).Bind(row.Id).ExecuteAsync();
        await InstallationTable.AccessChangedAsync(transaction);
    }

    /// <summary>Revokes for good; false when it was revoked before.</summary>
    public static async ValueTask<bool> RevokeAsync(Transaction transaction, string id, long now)
    {
        await using var update = transaction.Prepare(
            "UPDATE credentials SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL");
        var revoked = await update.Bind(now).Bind(id).ExecuteAsync() == 1;
        await InstallationTable.AccessChangedAsync(transaction);
        return revoked;
    }

    /// <summary>Notes when it was last used. Nothing that a decision rests on: the counter of S22 stays.</summary>
    public static async ValueTask<bool> TouchAsync(Transaction transaction, string id, long now)
    {
        await using var update = transaction.Prepare("""
            UPDATE credentials SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)
            """);
        return await update.Bind(now).Bind(id).ExecuteAsync() == 1;
    }

    private static async ValueTask<List<CredentialRow>> ReadAllAsync(Statement query)
    {
        var rows = new List<CredentialRow>();
        while (await query.ReadAsync())
        {
            rows.Add(Read(query));
        }

        return rows;
    }

    private static CredentialRow Read(Statement row) =>
        new(row.GetText(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetText(4), row.GetBlob(5),
            row.GetInt64(6), row.GetText(7), row.GetText(8), row.GetInt64OrNull(9), row.GetInt64OrNull(10),
            row.GetInt64OrNull(11));
}
