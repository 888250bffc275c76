using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Removes the rows of a deleted environment, slice by slice.</summary>
internal static class EnvironmentPurge
{
    /// <summary>
    /// Removes the next rows. First it overwrites the sealed content, where the engine overwrites in place. Then it removes the
    /// changes, then the versions and secrets, and at last the environment.
    /// </summary>
    public static async ValueTask RemoveSliceAsync(Transaction transaction, string environmentId)
    {
        if (transaction.Connection.OverwritesInPlace && await OverwriteSliceAsync(transaction, environmentId))
        {
            return;
        }

        if (await transaction.ExecuteAsync("""
            DELETE FROM secret_changes WHERE environment_id = $1 AND (instant, secret_id) IN (
                SELECT instant, secret_id FROM secret_changes WHERE environment_id = $1 ORDER BY instant, secret_id LIMIT 500)
            """, environmentId) > 0)
        {
            return;
        }

        for (var removed = 0; removed < Purge.SliceVersions; removed++)
        {
            if (await transaction.FindTextAsync(
                "SELECT id FROM secrets WHERE environment_id = $1 LIMIT 1", environmentId) is not { } secretId)
            {
                await transaction.ExecuteAsync("DELETE FROM environments WHERE id = $1", environmentId);
                return;
            }

            removed += await RemoveVersionsAsync(transaction, secretId);
        }
    }

    /// <summary>Overwrites the wrapped keys and ciphertexts of the next secrets. Returns false when no secret is left.</summary>
    public static async ValueTask<bool> OverwriteSliceAsync(Transaction transaction, string environmentId)
    {
        var isAny = false;
        for (var changed = 0; changed < Purge.SliceVersions; changed++)
        {
            if (await transaction.FindTextAsync("""
                SELECT min(s.id) FROM secrets s WHERE s.environment_id = $1
                  AND s.id > (SELECT overwritten_to FROM environments WHERE id = $1)
                """, environmentId) is not { } secretId)
            {
                break;
            }

            changed += await VersionPurge.OverwriteAsync(transaction, secretId, 0, int.MaxValue);
            await using var update = transaction.Prepare("UPDATE environments SET overwritten_to = $1 WHERE id = $2");
            await update.Bind(secretId).Bind(environmentId).ExecuteAsync();
            isAny = true;
        }

        return isAny;
    }

    /// <summary>
    /// Removes the next versions of a secret, then what is known of its reads, and the secret when nothing is left. Returns the number
    /// of rows removed.
    /// </summary>
    private static async ValueTask<int> RemoveVersionsAsync(Transaction transaction, string secretId)
    {
        var workspaceId = (await transaction.FindTextAsync("SELECT workspace_id FROM secrets WHERE id = $1", secretId))!;
        var removed = await DeleteVersionsAsync(transaction, workspaceId, secretId);
        if (await transaction.FindTextAsync("SELECT secret_id FROM secret_versions WHERE secret_id = $1 LIMIT 1", secretId) is null
            && await ReadTallies.RemoveAsync(transaction, workspaceId, secretId, Purge.SliceVersions) is var reads)
        {
            removed += reads;
            if (reads < Purge.SliceVersions)
            {
                await transaction.ExecuteAsync("DELETE FROM secrets WHERE id = $1", secretId);
            }
        }

        return removed;
    }

    // Gives the bytes of the versions back to the workspace that stored them. A version that was destroyed before has none.
    private static async ValueTask<int> DeleteVersionsAsync(Transaction transaction, string workspaceId, string secretId)
    {
        await using var delete = transaction.Prepare("""
            DELETE FROM secret_versions WHERE secret_id = $1 AND version IN (
                SELECT version FROM secret_versions WHERE secret_id = $1 ORDER BY version LIMIT 500)
            RETURNING coalesce(length(wrapped_data_key) + length(ciphertext), 0)
            """);
        var freed = await delete.Bind(secretId).ReadAllAsync(static row => row.GetInt64(0));
        transaction.StoredBytes.Add(workspaceId, -freed.Sum());
        return freed.Count;
    }
}
