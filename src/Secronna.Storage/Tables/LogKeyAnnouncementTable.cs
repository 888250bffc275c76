using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Where trails name new log keys: the table <c>log_key_announcements</c>. A verifier moves its pin from one key to the next by such
/// an entry, under a checkpoint that the old key signed.
/// </summary>
public static class LogKeyAnnouncementTable
{
    private const string Columns = "SELECT workspace_id, key_number, sequence, note FROM log_key_announcements";

    /// <summary>Notes that a trail names a key by the entry that this transaction appends to it.</summary>
    public static async ValueTask AddAsync(Transaction transaction, LogKeyAnnouncement announcement)
    {
        await using var insert = transaction.Prepare(
            "INSERT INTO log_key_announcements (key_number, workspace_id, sequence) VALUES ($1, $2, $3)");
        await insert.Bind(announcement.KeyNumber).Bind(announcement.WorkspaceId).Bind(announcement.Sequence).ExecuteAsync();
    }

    /// <summary>Keeps a checkpoint that covers the entry. It must be signed by the key before.</summary>
    public static async ValueTask CoverAsync(Transaction transaction, LogKeyAnnouncement announcement, string note)
    {
        await using var update = transaction.Prepare(
            "UPDATE log_key_announcements SET note = $1 WHERE key_number = $2 AND workspace_id = $3");
        await update.Bind(note).Bind(announcement.KeyNumber).Bind(announcement.WorkspaceId).ExecuteAsync();
    }

    /// <summary>Finds where a trail names a key.</summary>
    public static async ValueTask<LogKeyAnnouncement?> FindAsync(Session session, string workspaceId, int keyNumber)
    {
        await using var query = session.Prepare(Columns + " WHERE key_number = $1 AND workspace_id = $2");
        return await query.Bind(keyNumber).Bind(workspaceId).ReadAsync() ? Read(query) : null;
    }

    /// <summary>Lists where a trail names keys, oldest key first.</summary>
    public static async ValueTask<List<LogKeyAnnouncement>> ListAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare(Columns + " WHERE workspace_id = $1 AND key_number > 0 ORDER BY key_number");
        return await query.Bind(workspaceId).ReadAllAsync(Read);
    }

    /// <summary>Whether each trail names a key, under a checkpoint of the key before.</summary>
    public static async ValueTask<bool> AreAllCoveredAsync(Session session, int keyNumber)
    {
        await using var query = session.Prepare("""
            SELECT 1 FROM (SELECT id FROM workspaces UNION ALL SELECT '') t
            WHERE NOT EXISTS (SELECT 1 FROM log_key_announcements a WHERE a.key_number = $1 AND a.workspace_id = t.id AND a.note IS NOT NULL)
            LIMIT 1
            """);
        return !await query.Bind(keyNumber).ReadAsync();
    }

    private static LogKeyAnnouncement Read(Statement row) =>
        new(row.GetText(0), row.GetInt32(1), row.GetInt64(2), row.GetTextOrNull(3));
}
