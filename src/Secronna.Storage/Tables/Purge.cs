using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Removes deleted content in slices of a few milliseconds: the versions of tombstones (S15), and all rows under deleted
/// environments and projects. The rows themselves show what is left to do, so a purge goes on after a restart. Nodes skip rows
/// that another node has locked.
/// </summary>
public static class Purge
{
    /// <summary>The largest number of versions that one slice destroys. The SQL of the slices has the same number.</summary>
    public const int SliceVersions = 500;

    // The least that a secret counts towards a slice. A secret with few versions takes time too.
    private const int MinWeightPerSecret = 3;

    /// <summary>Destroys the next versions of deleted secrets: sets their wrapped keys and ciphertexts to NULL.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="secretIds">The ids of the secrets.</param>
    /// <param name="from">The index in <paramref name="secretIds"/> to start at.</param>
    /// <returns>The index of the first secret that has versions left; the length of the list when none has.</returns>
    public static async ValueTask<int> DestroyVersionsAsync(Transaction transaction, IReadOnlyList<string> secretIds, int from)
    {
        var left = SliceVersions;
        for (var index = from; index < secretIds.Count; index++)
        {
            if (left <= 0)
            {
                return index;
            }

            var (destroyed, isDone) = await VersionPurge.DestroyNextAsync(transaction, secretIds[index], left);
            if (!isDone)
            {
                return index;
            }

            left -= Math.Max(destroyed, MinWeightPerSecret);
        }

        return secretIds.Count;
    }

    /// <summary>Removes the next slice of deleted content. Returns false when nothing is left.</summary>
    public static async ValueTask<bool> RunSliceAsync(Transaction transaction)
    {
        // The order makes the engine use the index of these rows alone. Without it, it might look through all tombstones.
        if (await transaction.FindTextAsync("""
            SELECT id FROM secrets
            WHERE deleted_at IS NOT NULL AND destroyed_to < current_version ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
            """) is { } secretId)
        {
            await VersionPurge.DestroyNextAsync(transaction, secretId, SliceVersions);
            return true;
        }

        if (await transaction.FindTextAsync(
            "SELECT id FROM environments WHERE deleted_at IS NOT NULL LIMIT 1 FOR UPDATE SKIP LOCKED") is { } environmentId)
        {
            await EnvironmentPurge.RemoveSliceAsync(transaction, environmentId);
            return true;
        }

        if (await transaction.FindTextAsync(
            "SELECT id FROM projects WHERE deleted_at IS NOT NULL LIMIT 1 FOR UPDATE SKIP LOCKED") is { } projectId)
        {
            await RemoveProjectSliceAsync(transaction, projectId);
            return true;
        }

        return false;
    }

    private static async ValueTask RemoveProjectSliceAsync(Transaction transaction, string projectId)
    {
        if (transaction.Connection.OverwritesInPlace && await transaction.FindTextAsync("""
            SELECT e.id FROM environments e WHERE e.project_id = $1
              AND EXISTS (SELECT 1 FROM secrets s WHERE s.environment_id = e.id AND s.id > e.overwritten_to) LIMIT 1
            """, projectId) is { } notOverwritten)
        {
            await EnvironmentPurge.OverwriteSliceAsync(transaction, notOverwritten);
            return;
        }

        if (await transaction.FindTextAsync(
            "SELECT id FROM environments WHERE project_id = $1 LIMIT 1 FOR UPDATE", projectId) is { } environmentId)
        {
            await EnvironmentPurge.RemoveSliceAsync(transaction, environmentId);
            return;
        }

        await transaction.ExecuteAsync("DELETE FROM project_keys WHERE project_id = $1", projectId);
        await transaction.ExecuteAsync("DELETE FROM projects WHERE id = $1", projectId);
    }
}
