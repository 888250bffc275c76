using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// The end of a KEK (S9): the KEK is retired, its data keys are wrapped by another KEK, and the KEK is destroyed. Retiring and
/// destroying wait for writers that hold the KEK by <see cref="KekTable.LockActiveAsync"/>.
/// </summary>
public static class KekRetirement
{
    /// <summary>Makes an active KEK retiring, after all writers have released it. Returns false when it is not active.</summary>
    public static async ValueTask<bool> RetireAsync(Transaction transaction, string id)
    {
        await LockAsync(transaction, "SELECT 1 FROM project_keys WHERE id = $1 AND state = 'active' FOR UPDATE", id);
        await using var update = transaction.Prepare(
            "UPDATE project_keys SET state = 'retiring' WHERE id = $1 AND state = 'active'");
        return await update.Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Destroys a retiring KEK that no version refers to (S9). It first locks the KEK's row, which waits for writers, and then
    /// searches for versions. Returns false when a version refers to the KEK, or the KEK is not retiring any more.
    /// </summary>
    public static async ValueTask<bool> DestroyAsync(Transaction transaction, string id)
    {
        await LockAsync(transaction, "SELECT 1 FROM project_keys WHERE id = $1 AND state = 'retiring' FOR UPDATE", id);
        if (await DataKeyTable.HasAnyUnderAsync(transaction, id))
        {
            return false;
        }

        await using var update = transaction.Prepare("""
            UPDATE project_keys SET state = 'destroyed', wrapped_key = NULL, worker = NULL WHERE id = $1 AND state = 'retiring'
            """);
        return await update.Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Destroys all KEKs of a project, after all writers have released them. Returns the ids of the KEKs that it destroyed.
    /// </summary>
    public static async ValueTask<List<string>> DestroyAllAsync(Transaction transaction, string projectId)
    {
        await LockAsync(
            transaction, "SELECT 1 FROM project_keys WHERE project_id = $1 AND state <> 'destroyed' ORDER BY id FOR UPDATE", projectId);
        await using var update = transaction.Prepare("""
            UPDATE project_keys SET state = 'destroyed', wrapped_key = NULL
            WHERE project_id = $1 AND state <> 'destroyed'
            RETURNING id
            """);
        return await update.Bind(projectId).ReadAllAsync(static row => row.GetText(0));
    }

    /// <summary>
    /// Reserves the work on a retiring KEK for a worker for the time <paramref name="hold"/>, or extends the worker's
    /// reservation. Returns false while another worker has a reservation.
    /// </summary>
    public static async ValueTask<bool> TakeWorkAsync(Transaction transaction, string id, string worker, TimeSpan hold)
    {
        await using var update = transaction.Prepare("""
            UPDATE project_keys SET worker = $1, worked_until = now_us() + $2
            WHERE id = $3 AND state = 'retiring' AND (worker IS NULL OR worker = $1 OR worked_until < now_us())
            """);
        return await update.Bind(worker).Bind((long)hold.TotalMicroseconds).Bind(id).ExecuteAsync() == 1;
    }

    /// <summary>Ends a worker's reservation, so that another worker can take the KEK at once.</summary>
    public static async ValueTask<bool> ReleaseWorkAsync(Transaction transaction, string id, string worker)
    {
        await using var update = transaction.Prepare(
            "UPDATE project_keys SET worker = NULL, worked_until = 0 WHERE id = $1 AND worker = $2");
        return await update.Bind(id).Bind(worker).ExecuteAsync() == 1;
    }

    // An update of the state alone would not wait for the lock of LockActiveAsync (FOR KEY SHARE); FOR UPDATE does.
    private static async ValueTask LockAsync(Transaction transaction, string sql, string id)
    {
        await using var query = transaction.Prepare(sql);
        query.Bind(id);
        while (await query.ReadAsync())
        {
        }
    }
}
