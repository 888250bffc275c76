using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// The units of work that wait for the writer. Units that only record audit entries go before units that change rows. Any thread
/// may add units; one thread takes them.
/// </summary>
internal sealed class UnitQueue : IDisposable
{
    // Bounds the memory of the queue when the disk is too slow.
    private const int QueueLimit = 20_000;

    // The weight of a full batch, in rows. It bounds the time of one transaction. However many records wait, they leave a part of
    // the batch to changes.
    private const int BatchWeight = 512;
    private const int RecordsWeight = BatchWeight * 3 / 4;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly Queue<UnitOfWork> records = new();
    private readonly Queue<UnitOfWork> changes = new();
    private bool isAsleep;
    private bool isClosed;

    /// <exception cref="StorageUnavailableException">Too many units wait, or the queue is closed.</exception>
    public void Add(UnitOfWork unit)
    {
        lock (gate)
        {
            if (isClosed)
            {
                throw new StorageUnavailableException("the database is closing");
            }

            if (records.Count + changes.Count >= QueueLimit)
            {
                throw new StorageUnavailableException("too many writes are waiting");
            }

            (unit.RecordsOnly ? records : changes).Enqueue(unit);
        }

        Wake();
    }

    /// <summary>Makes a waiting <see cref="TakeBatch"/> return, with an empty batch if no unit waits.</summary>
    public void Wake()
    {
        lock (gate)
        {
            if (!isAsleep)
            {
                return;
            }

            isAsleep = false;
        }

        wake.Release();
    }

    /// <summary>Accepts no more units. Units that wait are still taken. Returns false when the queue was closed before.</summary>
    public bool Close()
    {
        lock (gate)
        {
            if (isClosed)
            {
                return false;
            }

            isClosed = true;
        }

        Wake();
        return true;
    }

    /// <summary>Waits for units and moves them to <paramref name="batch"/>.</summary>
    /// <param name="batch">
    /// An empty list. It stays empty if no unit arrives before the time is over or <see cref="Wake"/> is called.
    /// </param>
    /// <param name="maxWait">The longest time to wait for a unit.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool TakeBatch(List<UnitOfWork> batch, TimeSpan maxWait)
    {
        lock (gate)
        {
            FillUnderLock(batch);
            if (batch.Count > 0 || isClosed)
            {
                return batch.Count > 0;
            }

            isAsleep = true;
        }

        var isWoken = wake.Wait(maxWait);
        lock (gate)
        {
            if (!isWoken && !isAsleep)
            {
                // Wake was called just after the time was over. Its signal must not end the next wait.
                wake.Wait();
            }

            isAsleep = false;
            FillUnderLock(batch);
            return batch.Count > 0 || !isClosed;
        }
    }

    /// <summary>Moves all units to <paramref name="batch"/>.</summary>
    public void TakeAll(List<UnitOfWork> batch)
    {
        lock (gate)
        {
            batch.AddRange(records);
            batch.AddRange(changes);
            records.Clear();
            changes.Clear();
        }
    }

    public void Dispose() => wake.Dispose();

    private void FillUnderLock(List<UnitOfWork> batch)
    {
        var weight = 0;
        Move(records, batch, RecordsWeight, ref weight);
        Move(changes, batch, BatchWeight, ref weight);
        Move(records, batch, BatchWeight, ref weight);
    }

    private static void Move(Queue<UnitOfWork> queue, List<UnitOfWork> batch, int maxWeight, ref int weight)
    {
        while (weight < maxWeight && queue.TryDequeue(out var unit))
        {
            weight += unit.Weight;
            batch.Add(unit);
        }
    }
}
