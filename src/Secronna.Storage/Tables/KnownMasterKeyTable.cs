using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>A master key that the installation was told of, by its id; the key itself is elsewhere (S2).</summary>
/// <param name="Id">The id.</param>
/// <param name="CreatedAt">When it became known.</param>
/// <param name="ActiveSince">When it last became the active one; null where it never was.</param>
/// <param name="UnusedSince">When nothing was under it any more: backups from before that need it.</param>
/// <param name="RetiredAt">When it was retired.</param>
/// <param name="CheckBox">What it wrapped when it became known, of nobody's key; null where that is not known.</param>
public sealed record KnownMasterKey(
    string Id, long CreatedAt, long? ActiveSince, long? UnusedSince, long? RetiredAt, byte[]? CheckBox);

/// <summary>The table <c>master_keys</c>: what is known of master keys, for nodes and for operators.</summary>
public static class KnownMasterKeyTable
{
    private const string Columns = "SELECT id, created_at, active_since, unused_since, retired_at, check_box FROM master_keys";

    /// <summary>All of them, by id.</summary>
    public static async ValueTask<List<KnownMasterKey>> ListAsync(Session session)
    {
        await using var query = session.Prepare(Columns + " WHERE id > '' ORDER BY id");
        var rows = new List<KnownMasterKey>();
        while (await query.ReadAsync())
        {
            rows.Add(Read(query));
        }

        return rows;
    }

    /// <summary>The master key of this id, or null.</summary>
    public static async ValueTask<KnownMasterKey?> FindAsync(Session session, string id)
    {
        await using var query = session.Prepare(Columns + " WHERE id = $1");
        return await query.Bind(id).ReadAsync() ? Read(query) : null;
    }

    /// <summary>
    /// Tells the installation of a key, so that every node looks whether it can use it. What is known of it already stays, but
    /// for a check box that was missing.
    /// </summary>
    public static async ValueTask<bool> AnnounceAsync(Transaction transaction, string id, ReadOnlyMemory<byte> checkBox)
    {
        await using var insert = transaction.Prepare("""
            INSERT INTO master_keys (id, created_at, check_box) VALUES ($1, now_us(), $2)
            ON CONFLICT (id) DO UPDATE SET check_box = coalesce(master_keys.check_box, excluded.check_box)
            """);
        return await insert.Bind(id).Bind(checkBox.Span).ExecuteAsync() == 1;
    }

    /// <summary>Notes that a known key became the active one.</summary>
    public static async ValueTask ActivateAsync(Transaction transaction, string id)
    {
        await using var update = transaction.Prepare(
            "UPDATE master_keys SET active_since = now_us(), unused_since = NULL WHERE id = $1");
        await update.Bind(id).ExecuteAsync();
    }

    /// <summary>Notes that nothing is under any other key than this one.</summary>
    public static async ValueTask NoteOthersUnusedAsync(Transaction transaction, string activeId)
    {
        await using var update = transaction.Prepare("""
            UPDATE master_keys SET unused_since = now_us()
            WHERE id > '' AND id <> $1 AND active_since IS NOT NULL AND unused_since IS NULL
            """);
        await update.Bind(activeId).ExecuteAsync();
    }

    /// <summary>Retires a key that nothing is under.</summary>
    public static async ValueTask RetireAsync(Transaction transaction, string id)
    {
        await using var update = transaction.Prepare("UPDATE master_keys SET retired_at = now_us() WHERE id = $1");
        await update.Bind(id).ExecuteAsync();
    }

    private static KnownMasterKey Read(Statement row) =>
        new(row.GetText(0), row.GetInt64(1), row.GetInt64OrNull(2), row.GetInt64OrNull(3), row.GetInt64OrNull(4),
            row.GetBlobOrNull(5));
}
