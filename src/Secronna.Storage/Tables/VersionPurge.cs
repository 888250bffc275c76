using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Destroys versions, those of a deleted secret or a single one (S15): overwrites their content, then sets it to NULL. The rows
/// stay.
/// </summary>
internal static class VersionPurge
{
    /// <summary>Destroys the next versions of a secret.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="secretId">The secret's id. A secret that is not deleted stays as it is.</param>
    /// <param name="maxVersions">The largest number of versions.</param>
    /// <returns>The number of versions that were destroyed, and whether none is left.</returns>
    public static async ValueTask<(int Destroyed, bool IsDone)> DestroyNextAsync(
        Transaction transaction, string secretId, int maxVersions)
    {
        if (await LockProgressAsync(transaction, secretId) is not { } progress)
        {
            return (0, true);
        }

        var to = Math.Min(progress.DestroyedTo + maxVersions, progress.CurrentVersion);
        // Setting columns to NULL shrinks rows, and SQLite may then move the rows beside them. So rows are overwritten one slice
        // ahead, and a moved row leaves no copy of its content.
        await OverwriteAsync(transaction, secretId, progress.DestroyedTo, to + Purge.SliceVersions);
        await SetToNullAsync(transaction, secretId, progress.DestroyedTo, to);
        await SetProgressAsync(transaction, secretId, to);
        return (to - progress.DestroyedTo, to == progress.CurrentVersion);
    }

    /// <summary>Destroys one version of a secret that exists.</summary>
    public static async ValueTask DestroyAsync(Transaction transaction, string secretId, int version)
    {
        await OverwriteAsync(transaction, secretId, version - 1, version);
        await SetToNullAsync(transaction, secretId, version - 1, version);
    }

    /// <summary>
    /// Overwrites the wrapped keys, tags and ciphertexts of versions with zeros of the same length, so that each row stays in its place
    /// and none beside it moves. Does nothing where the engine does not overwrite in place. Returns the number of versions.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="secretId">The secret's id.</param>
    /// <param name="after">The versions have numbers above this one.</param>
    /// <param name="to">The last version.</param>
    public static async ValueTask<int> OverwriteAsync(Transaction transaction, string secretId, int after, int to)
    {
        if (!transaction.Connection.OverwritesInPlace)
        {
            return 0;
        }

        await using var update = transaction.Prepare("""
            UPDATE secret_versions
            SET wrapped_data_key = zeroblob(length(wrapped_data_key)), tag = zeroblob(length(tag)),
                ciphertext = zeroblob(length(ciphertext))
            WHERE secret_id = $1 AND version > $2 AND version <= $3 AND kek_id IS NOT NULL
            """);
        return await update.Bind(secretId).Bind(after).Bind(to).ExecuteAsync();
    }

    private static async ValueTask<(int DestroyedTo, int CurrentVersion)?> LockProgressAsync(
        Transaction transaction, string secretId)
    {
        await using var query = transaction.Prepare(
            "SELECT destroyed_to, current_version FROM secrets WHERE id = $1 AND deleted_at IS NOT NULL FOR UPDATE");
        return await query.Bind(secretId).ReadAsync() ? (query.GetInt32(0), query.GetInt32(1)) : null;
    }

    // Also gives the bytes back to the workspace that stored them. The rows are locked, so that another node that removes them
    // can't give them back too.
    private static async ValueTask SetToNullAsync(Transaction transaction, string secretId, int after, int to)
    {
        await FreeAsync(transaction, secretId, after, to);
        await using var update = transaction.Prepare("""
            UPDATE secret_versions SET kek_id = NULL, wrapped_data_key = NULL, tag = NULL, ciphertext = NULL
            WHERE secret_id = $1 AND version > $2 AND version <= $3
            """);
        await update.Bind(secretId).Bind(after).Bind(to).ExecuteAsync();
    }

    private static async ValueTask FreeAsync(Transaction transaction, string secretId, int after, int to)
    {
        var freed = await LockBytesAsync(transaction, secretId, after, to);
        if (freed > 0 && await transaction.FindTextAsync("SELECT workspace_id FROM secrets WHERE id = $1", secretId) is { } workspaceId)
        {
            transaction.StoredBytes.Add(workspaceId, -freed);
        }
    }

    private static async ValueTask<long> LockBytesAsync(Transaction transaction, string secretId, int after, int to)
    {
        await using var query = transaction.Prepare("""
            SELECT length(wrapped_data_key) + length(ciphertext) FROM secret_versions
            WHERE secret_id = $1 AND version > $2 AND version <= $3 AND kek_id IS NOT NULL FOR UPDATE
            """);
        return (await query.Bind(secretId).Bind(after).Bind(to).ReadAllAsync(static row => row.GetInt64(0))).Sum();
    }

    private static async ValueTask SetProgressAsync(Transaction transaction, string secretId, int to)
    {
        await using var update = transaction.Prepare("UPDATE secrets SET destroyed_to = $1 WHERE id = $2");
        await update.Bind(to).Bind(secretId).ExecuteAsync();
    }
}
