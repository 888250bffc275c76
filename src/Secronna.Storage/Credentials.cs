using Secronna.Storage.Engine;

namespace Secronna.Storage;

/// <summary>An API key or access key; of its token only the keyed hash (S25).</summary>
public sealed record CredentialRow(
    string Id, string WorkspaceId, string Kind, string Name, string Prefix, byte[] TokenHash, long CreatedAt,
    string CreatedBy, long? ExpiresAt, long? RevokedAt, long? LastUsedAt);

/// <summary>Credentials. A change moves the counter of S22 in the same transaction.</summary>
public static class Credentials
{
    private const string Columns = """
        SELECT id, workspace_id, kind, name, prefix, token_hash, created_at, created_by, expires_at, revoked_at,
               last_used_at
        FROM credentials
        """;

    /// <summary>Adds a credential.</summary>
    /// <exception cref="UniqueViolationException">The prefix is taken: make another token.</exception>
    public static async ValueTask InsertAsync(Transaction transaction, CredentialRow row)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO credentials (id, workspace_id, kind, name, prefix, token_hash, created_at, created_by, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """);
        await insert.Bind(row.Id).Bind(row.WorkspaceId).Bind(row.Kind).Bind(row.Name).Bind(row.Prefix)
            .Bind(row.TokenHash).Bind(row.CreatedAt).Bind(row.CreatedBy).Bind(row.ExpiresAt).ExecuteAsync();
        await Installations.AccessChangedAsync(transaction);
    }

    /// <summary>The credential whose token begins so, revoked and expired ones included; or null.</summary>
    public static async ValueTask<CredentialRow?> FindByPrefixAsync(Session session, string prefix)
    {
        await using var query = session.Prepare(Columns + " WHERE prefix = $1");
        return await query.Bind(prefix).ReadAsync() ? Read(query) : null;
    }

    /// <summary>The workspace's credential of this kind, locked for a change; or null.</summary>
    public static async ValueTask<CredentialRow?> LockAsync(
        Transaction transaction, string workspaceId, string kind, string id)
    {
        await using var query = transaction.Prepare(Columns + " WHERE id = $1 AND workspace_id = $2 AND kind = $3 FOR UPDATE");
        return await query.Bind(id).Bind(workspaceId).Bind(kind).ReadAsync() ? Read(query) : null;
    }

    /// <summary>The workspace's credentials of this kind after this id, oldest first.</summary>
    public static async ValueTask<List<CredentialRow>> ListAsync(
        Session session, string workspaceId, string kind, bool withRevoked, string after, int limit)
    {
        await using var query = session.Prepare(
            Columns + " WHERE workspace_id = $1 AND kind = $2 AND id > $3 AND ($4 = 1 OR revoked_at IS NULL) ORDER BY id LIMIT $5");
        query.Bind(workspaceId).Bind(kind).Bind(after).Bind(withRevoked ? 1 : 0).Bind(limit);
        var rows = new List<CredentialRow>();
        while (await query.ReadAsync())
        {
            rows.Add(Read(query));
        }

        return rows;
    }

    /// <summary>Changes a name and an expiry.</summary>
    public static async ValueTask UpdateAsync(Transaction transaction, string id, string name, long? expiresAt)
    {
        await using var update = transaction.Prepare("UPDATE credentials SET name = $1, expires_at = $2 WHERE id = $3");
        await update.Bind(name).Bind(expiresAt).Bind(id).ExecuteAsync();
        await Installations.AccessChangedAsync(transaction);
    }

    /// <summary>Revokes for good; false when it was revoked before.</summary>
    public static async ValueTask<bool> RevokeAsync(Transaction transaction, string id, long now)
    {
        await using var update = transaction.Prepare(
            "UPDATE credentials SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL");
        var revoked = await update.Bind(now).Bind(id).ExecuteAsync() == 1;
        await Installations.AccessChangedAsync(transaction);
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

    private static CredentialRow Read(Statement row) =>
        new(row.GetText(0), row.GetText(1), row.GetText(2), row.GetText(3), row.GetText(4), row.GetBlob(5),
            row.GetInt64(6), row.GetText(7), row.GetInt64OrNull(8), row.GetInt64OrNull(9), row.GetInt64OrNull(10));
}
