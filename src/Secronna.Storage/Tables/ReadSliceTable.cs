using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>
/// Slices of trails whose reads are partly stored: the table <c>read_slices</c>. A slice is stored in several transactions, and each
/// moves the number of stored tallies. So each tally is stored once, also if the follower stops or loses its reservation between two
/// of them.
/// </summary>
public static class ReadSliceTable
{
    /// <summary>Finds the slice of a trail that is partly stored; <c>null</c> if there is none.</summary>
    public static async ValueTask<ReadSliceRow?> FindAsync(Session session, string workspaceId)
    {
        await using var query = session.Prepare("SELECT last_sequence, stored FROM read_slices WHERE workspace_id = $1");
        return await query.Bind(workspaceId).ReadAsync() ? new ReadSliceRow(query.GetInt64(0), query.GetInt32(1)) : null;
    }

    /// <summary>
    /// Moves the number of stored tallies. Returns false if it is not what the slice says; the transaction must then keep nothing.
    /// </summary>
    public static async ValueTask<bool> AdvanceAsync(Transaction transaction, string workspaceId, ReadSliceRow slice, int stored)
    {
        if (slice.Stored == 0)
        {
            await using var insert = transaction.Prepare("""
                INSERT INTO read_slices (workspace_id, last_sequence, stored) VALUES ($1, $2, $3) ON CONFLICT (workspace_id) DO NOTHING
                """);
            return await insert.Bind(workspaceId).Bind(slice.LastSequence).Bind(stored).ExecuteAsync() == 1;
        }

        await using var update = transaction.Prepare(
            "UPDATE read_slices SET stored = $1 WHERE workspace_id = $2 AND last_sequence = $3 AND stored = $4");
        return await update.Bind(stored).Bind(workspaceId).Bind(slice.LastSequence).Bind(slice.Stored).ExecuteAsync() == 1;
    }

    /// <summary>
    /// Ends a slice, in the transaction that stores the rest of it. Returns false if what is stored is not what the slice says; the
    /// transaction must then keep nothing.
    /// </summary>
    public static async ValueTask<bool> EndAsync(Transaction transaction, string workspaceId, ReadSliceRow slice)
    {
        if (slice.Stored == 0)
        {
            return await FindAsync(transaction, workspaceId) is null;
        }

        await using var delete = transaction.Prepare(
            "DELETE FROM read_slices WHERE workspace_id = $1 AND last_sequence = $2 AND stored = $3");
        return await delete.Bind(workspaceId).Bind(slice.LastSequence).Bind(slice.Stored).ExecuteAsync() == 1;
    }
}
