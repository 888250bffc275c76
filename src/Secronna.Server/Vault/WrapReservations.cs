using System.Collections.Concurrent;
using Secronna.Crypto;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Counts the wraps of KEKs durably before they are made (S7). This node reserves wraps in blocks, so that few writes need an
/// extra transaction for the reservation. The wraps that a stopped node has not used are lost, so a count may be too high but
/// never too low.
/// </summary>
internal sealed class WrapReservations(Database database)
{
    private const int BlockSize = 1_024;

    // The wraps that this node has reserved and not used, for each KEK.
    private readonly ConcurrentDictionary<string, int> remaining = new(StringComparer.Ordinal);

    /// <summary>Reserves wraps of a KEK.</summary>
    /// <returns>False if the KEK is not active or may have no more wraps (<see cref="KekPolicy.ReservableBelow"/>).</returns>
    public async ValueTask<bool> TryReserveAsync(string kekId, int count)
    {
        if (TryTakeFromBlock(kekId, count))
        {
            return true;
        }

        var block = Math.Max(BlockSize, count);
        if (!await database.WriteAsync((kekId, block), static (transaction, state) => KekTable.ReserveWrapsAsync(
            transaction, state.kekId, state.block, KekPolicy.ReservableBelow(state.block))))
        {
            return false;
        }

        remaining.AddOrUpdate(kekId, block - count, (_, left) => left + block - count);
        return true;
    }

    /// <summary>
    /// Makes a KEK stay active until the transaction that writes under it has ended (S9), and reserves further wraps for versions
    /// that are sealed inside the transaction.
    /// </summary>
    /// <returns>False if the KEK is not active or may have no more wraps.</returns>
    public static ValueTask<bool> LockAsync(Transaction transaction, string kekId, int wraps) => wraps == 0
        ? KekTable.LockActiveAsync(transaction, kekId)
        : KekTable.ReserveWrapsAsync(transaction, kekId, wraps, KekPolicy.ReservableBelow(wraps));

    /// <summary>Forgets the reserved wraps of a KEK that was destroyed.</summary>
    public void Forget(string kekId) => remaining.TryRemove(kekId, out _);

    private bool TryTakeFromBlock(string kekId, int count)
    {
        while (remaining.TryGetValue(kekId, out var left) && left >= count)
        {
            if (remaining.TryUpdate(kekId, left - count, left))
            {
                return true;
            }
        }

        return false;
    }
}
