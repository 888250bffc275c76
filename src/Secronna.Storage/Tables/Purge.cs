using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Removes, in slices of a few milliseconds, what was deleted: the versions of tombstones (S15), and all that was under
/// deleted environments and projects. What is left to do stands in the rows, so that it goes on after a restart, and other
/// nodes leave alone what one is at.
/// </summary>
public static class Purge
{
    /// <summary>Versions destroyed in one slice.</summary>
    public const int SliceVersions = 500;

    private const int LeastPerSecret = 3;

    /// <summary>
    /// Sets to NULL what is sealed of the next versions of deleted secrets, from the one at this place of the list on.
    /// </summary>
    /// <returns>The place of the first that has versions left; the list's length when none has.</returns>
    public static async ValueTask<int> DestroyVersionsAsync(Transaction transaction, IReadOnlyList<string> secretIds, int from)
    {
        var left = SliceVersions;
        for (var place = from; place < secretIds.Count; place++)
        {
            if (left <= 0)
            {
                return place;
            }

            var (destroyed, isDone) = await DestroyNextAsync(transaction, secretIds[place], left);
            if (!isDone)
            {
                return place;
            }

            // Also a secret with few versions takes its time.
            left -= Math.Max(destroyed, LeastPerSecret);
        }

        return secretIds.Count;
    }

    /// <summary>Does the next slice of whatever was deleted; false when nothing is left.</summary>
    public static async ValueTask<bool> SliceAsync(Transaction transaction)
    {
        if (await OneAsync(transaction, """
            SELECT id FROM secrets
            WHERE deleted_at IS NOT NULL AND destroyed_to < current_version LIMIT 1 FOR UPDATE SKIP LOCKED
            """) is { } secretId)
        {
            await DestroyNextAsync(transaction, secretId, SliceVersions);
            return true;
        }

        if (await OneAsync(
            transaction, "SELECT id FROM environments WHERE deleted_at IS NOT NULL LIMIT 1 FOR UPDATE SKIP LOCKED") is { } environmentId)
        {
            await RemoveEnvironmentSliceAsync(transaction, environmentId);
            return true;
        }

        if (await OneAsync(
            transaction, "SELECT id FROM projects WHERE deleted_at IS NOT NULL LIMIT 1 FOR UPDATE SKIP LOCKED") is { } projectId)
        {
            await RemoveProjectSliceAsync(transaction, projectId);
            return true;
        }

        return false;
    }

    private static async ValueTask<(int Destroyed, bool IsDone)> DestroyNextAsync(
        Transaction transaction, string secretId, int most)
    {
        if (await FindProgressAsync(transaction, secretId) is not { } progress)
        {
            return (0, true);
        }

        var to = Math.Min(progress.DestroyedTo + most, progress.CurrentVersion);
        // One slice ahead of those that shrink: what moves with them holds nothing any more.
        await OverwriteAsync(transaction, secretId, progress.DestroyedTo, to + SliceVersions);
        await DestroyRangeAsync(transaction, secretId, progress.DestroyedTo, to);
        await SetProgressAsync(transaction, secretId, to);
        return (to - progress.DestroyedTo, to == progress.CurrentVersion);
    }

    private static async ValueTask RemoveProjectSliceAsync(Transaction transaction, string projectId)
    {
        if (transaction.Connection.OverwritesInPlace && await OneAsync(transaction, """
            SELECT e.id FROM environments e WHERE e.project_id = $1
              AND EXISTS (SELECT 1 FROM secrets s WHERE s.environment_id = e.id AND s.id > e.overwritten_to) LIMIT 1
            """, projectId) is { } left)
        {
            await OverwriteSliceAsync(transaction, left);
            return;
        }

        if (await OneAsync(
            transaction, "SELECT id FROM environments WHERE project_id = $1 LIMIT 1 FOR UPDATE", projectId) is { } id)
        {
            await RemoveEnvironmentSliceAsync(transaction, id);
            return;
        }

        await RunAsync(transaction, "DELETE FROM project_keys WHERE project_id = $1", projectId);
        await RunAsync(transaction, "DELETE FROM projects WHERE id = $1", projectId);
    }

    /// <summary>Overwrites what is sealed of an environment's next secrets; false when none is left.</summary>
    private static async ValueTask<bool> OverwriteSliceAsync(Transaction transaction, string environmentId)
    {
        var isAny = false;
        for (var changed = 0; changed < SliceVersions; changed++)
        {
            if (await OneAsync(transaction, """
                SELECT min(s.id) FROM secrets s WHERE s.environment_id = $1
                  AND s.id > (SELECT overwritten_to FROM environments WHERE id = $1)
                """, environmentId) is not { } secretId)
            {
                break;
            }

            changed += await OverwriteAsync(transaction, secretId, 0, int.MaxValue);
            await using var update = transaction.Prepare("UPDATE environments SET overwritten_to = $1 WHERE id = $2");
            await update.Bind(secretId).Bind(environmentId).ExecuteAsync();
            isAny = true;
        }

        return isAny;
    }

    // As long as before, so that each row stays where it is, and no other moves.
    private static async ValueTask<int> OverwriteAsync(Transaction transaction, string secretId, int after, int to)
    {
        if (!transaction.Connection.OverwritesInPlace)
        {
            return 0;
        }

        await using var update = transaction.Prepare("""
            UPDATE secret_versions
            SET wrapped_data_key = zeroblob(length(wrapped_data_key)), ciphertext = zeroblob(length(ciphertext))
            WHERE secret_id = $1 AND version > $2 AND version <= $3 AND kek_id IS NOT NULL
            """);
        return await update.Bind(secretId).Bind(after).Bind(to).ExecuteAsync();
    }

    private static async ValueTask RemoveEnvironmentSliceAsync(Transaction transaction, string environmentId)
    {
        if (transaction.Connection.OverwritesInPlace && await OverwriteSliceAsync(transaction, environmentId))
        {
            return;
        }

        if (await RunAsync(transaction, """
            DELETE FROM secret_changes WHERE environment_id = $1 AND (instant, secret_id) IN (
                SELECT instant, secret_id FROM secret_changes WHERE environment_id = $1 ORDER BY instant, secret_id LIMIT 500)
            """, environmentId) > 0)
        {
            return;
        }

        for (var removed = 0; removed < SliceVersions; removed++)
        {
            if (await OneAsync(
                transaction, "SELECT id FROM secrets WHERE environment_id = $1 LIMIT 1", environmentId) is not { } secretId)
            {
                await RunAsync(transaction, "DELETE FROM environments WHERE id = $1", environmentId);
                return;
            }

            removed += await RunAsync(transaction, """
                DELETE FROM secret_versions WHERE secret_id = $1 AND version IN (
                    SELECT version FROM secret_versions WHERE secret_id = $1 ORDER BY version LIMIT 500)
                """, secretId);
            if (await OneAsync(transaction, "SELECT secret_id FROM secret_versions WHERE secret_id = $1 LIMIT 1", secretId) is null)
            {
                await RunAsync(transaction, "DELETE FROM secrets WHERE id = $1", secretId);
            }
        }
    }

    private static async ValueTask<(int DestroyedTo, int CurrentVersion)?> FindProgressAsync(
        Transaction transaction, string secretId)
    {
        await using var query = transaction.Prepare(
            "SELECT destroyed_to, current_version FROM secrets WHERE id = $1 AND deleted_at IS NOT NULL FOR UPDATE");
        return await query.Bind(secretId).ReadAsync() ? (query.GetInt32(0), query.GetInt32(1)) : null;
    }

    private static async ValueTask DestroyRangeAsync(Transaction transaction, string secretId, int after, int to)
    {
        await using var update = transaction.Prepare("""
            UPDATE secret_versions SET kek_id = NULL, wrapped_data_key = NULL, ciphertext = NULL
            WHERE secret_id = $1 AND version > $2 AND version <= $3
            """);
        await update.Bind(secretId).Bind(after).Bind(to).ExecuteAsync();
    }

    private static async ValueTask SetProgressAsync(Transaction transaction, string secretId, int to)
    {
        await using var update = transaction.Prepare("UPDATE secrets SET destroyed_to = $1 WHERE id = $2");
        await update.Bind(to).Bind(secretId).ExecuteAsync();
    }

    private static async ValueTask<string?> OneAsync(Session session, string sql, string? parameter = null)
    {
        await using var query = session.Prepare(sql);
        if (parameter is not null)
        {
            query.Bind(parameter);
        }

        return await query.ReadAsync() ? query.GetTextOrNull(0) : null;
    }

    private static async ValueTask<int> RunAsync(Session session, string sql, string parameter)
    {
        await using var statement = session.Prepare(sql);
        return await statement.Bind(parameter).ExecuteAsync();
    }
}
