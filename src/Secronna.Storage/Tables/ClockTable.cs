using Secronna.Storage.Engine;

namespace Secronna.Storage.Tables;

/// <summary>The clock that gives instants, and its confirmations, which are kept in the installation's row.</summary>
public static class ClockTable
{
    /// <summary>Reads the clock, and its last confirmation.</summary>
    /// <exception cref="StorageUnavailableException">The installation's row is missing.</exception>
    public static async ValueTask<ClockRow> ReadAsync(Session session)
    {
        await using var query = session.Prepare(
            "SELECT now_us(), clock_accepted_at, clock_accepted_newest FROM installation WHERE id = 1");
        return await query.ReadAsync()
            ? new ClockRow(query.GetInt64(0), query.IsNull(1) ? null : new ClockAcceptance(query.GetInt64(1), query.GetInt64(2)))
            : throw new StorageUnavailableException("the installation's row is missing");
    }

    /// <summary>Stores that an operator confirms what the clock shows now.</summary>
    /// <returns>The confirmation.</returns>
    /// <exception cref="StorageUnavailableException">The installation's row is missing.</exception>
    public static async ValueTask<ClockAcceptance> AcceptAsync(Transaction transaction)
    {
        var newest = await TrailSegmentTable.FindNewestInstantAsync(transaction);
        await using var update = transaction.Prepare("""
            UPDATE installation SET clock_accepted_at = now_us(), clock_accepted_newest = $1 WHERE id = 1
            RETURNING clock_accepted_at
            """);
        return await update.Bind(newest).ReadAsync()
            ? new ClockAcceptance(update.GetInt64(0), newest)
            : throw new StorageUnavailableException("the installation's row is missing");
    }
}
