using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>Adds tallies of reads to the tables of reads.</summary>
public static class ReadTallies
{
    /// <summary>Adds tallies, each of which must be added exactly once.</summary>
    public static async ValueTask AddAsync(Transaction transaction, string workspaceId, IReadOnlyList<ReadTally> tallies)
    {
        List<ReadTally> reveals = [.. tallies.Where(tally => tally.Reveals > 0)];
        List<ReadTally> ofSecrets = [.. reveals.Where(tally => tally.SecretId != ReadTally.Workspace)];
        // The readers come last: the other tables look up who has read before.
        await SecretReadDayTable.AddAsync(transaction, workspaceId, reveals);
        await SecretReadVersionTable.AddAsync(transaction, workspaceId, ofSecrets);
        await SecretReadTable.AddAsync(transaction, workspaceId, ofSecrets);
        await SecretReaderTable.AddAsync(transaction, workspaceId, tallies);
    }

    /// <summary>Removes some of the counts of days before a day. Returns whether there may be more.</summary>
    public static async ValueTask<bool> RemoveBeforeAsync(Transaction transaction, string workspaceId, long day, int limit) =>
        await SecretReadDayTable.RemoveBeforeAsync(transaction, workspaceId, day, limit) == limit
        | await SecretReadVersionTable.RemoveBeforeAsync(transaction, workspaceId, day, limit) == limit;

    /// <summary>Removes some of what is known of the reads of a secret. Returns how many rows; less than the limit means that nothing is left.</summary>
    public static async ValueTask<int> RemoveAsync(Transaction transaction, string workspaceId, string secretId, int limit)
    {
        var removed = await SecretReadVersionTable.RemoveAsync(transaction, workspaceId, secretId, limit);
        if (removed < limit)
        {
            removed += await SecretReaderTable.RemoveAsync(transaction, workspaceId, secretId, limit - removed);
        }

        if (removed < limit)
        {
            removed += await SecretReadDayTable.RemoveAsync(transaction, workspaceId, secretId)
                + await SecretReadTable.RemoveAsync(transaction, workspaceId, secretId);
        }

        return Math.Min(removed, limit);
    }
}
