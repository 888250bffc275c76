using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// The units of work that wait for the writer. Units that only record audit entries go before units that change rows. A heavy unit
/// has a batch of its own, and after it the light units that wait have one. So a light unit waits for one heavy unit at most,
/// unless more light units wait than fit a batch. Any thread may add units; one thread takes them.
/// </summary>
/// <remarks>
/// No lock is held, so that those who add never wait for each other or for the thread that takes. Added units form a linked stack,
/// newest first. The thread that takes detaches the whole stack at once and sorts it into lanes, which it alone uses.
/// </remarks>
internal sealed class UnitQueue : IDisposable
{
    // Bounds the memory of the queue when the disk is too slow.
    public const int QueueLimit = 20_000;

    // The cost of a full batch, in rows of audit entries. It bounds the time of one transaction. However many records wait, they
    // leave a part of the batch to changes. Changes never fill a batch, so that a record which comes next does not wait long.
    private const int BatchCost = 512;
    private const int RecordsCost = BatchCost * 3 / 4;
    private const int ChangesCost = BatchCost / 2;

    // The cost of each row that a unit changes. With the row it also writes indexes and an audit entry.
    private const int CostOfChange = 4;

    // A unit that costs more than this is heavy.
    private const int LightCost = BatchCost / 4;

    private readonly SleepingThread taker = new();
    private readonly UnitStack added = new();
    private readonly Func<bool> hasAdded;
    private readonly Queue<UnitOfWork> records = new();
    private readonly Queue<UnitOfWork> changes = new();
    private readonly Queue<UnitOfWork> heavy = new();
    private bool wasHeavy;
    private int waiting;

    public UnitQueue() => hasAdded = () => added.HasNews;

    /// <exception cref="StorageUnavailableException">Too many units wait, or the queue is closed.</exception>
    public void Add(UnitOfWork unit)
    {
        if (Interlocked.Increment(ref waiting) > QueueLimit)
        {
            Interlocked.Decrement(ref waiting);
            throw new StorageUnavailableException("too many writes are waiting");
        }

        if (!added.TryPush(unit))
        {
            Interlocked.Decrement(ref waiting);
            throw new StorageUnavailableException("the database is closing");
        }

        taker.Wake();
    }

    /// <summary>Makes a waiting <see cref="TakeBatch"/> return, with an empty batch if no unit waits.</summary>
    public void Wake() => taker.Wake();

    /// <summary>Accepts no more units. Units that wait are still taken. Returns false when the queue was closed before.</summary>
    public bool Close()
    {
        var isFirst = added.Close();
        taker.Wake();
        return isFirst;
    }

    /// <summary>Waits for units and moves them to <paramref name="batch"/>.</summary>
    /// <param name="batch">
    /// An empty list. It stays empty if no unit arrives before the time is over or <see cref="Wake"/> is called.
    /// </param>
    /// <param name="maxWait">The longest time to wait for a unit.</param>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool TakeBatch(List<UnitOfWork> batch, TimeSpan maxWait)
    {
        Fill(batch);
        if (batch.Count == 0 && !added.IsFinished)
        {
            taker.Sleep(maxWait, hasAdded);
            Fill(batch);
        }

        return batch.Count > 0 || !added.IsFinished;
    }

    /// <summary>Moves all units to <paramref name="batch"/>.</summary>
    public void TakeAll(List<UnitOfWork> batch)
    {
        Sort();
        var before = batch.Count;
        foreach (var lane in (Queue<UnitOfWork>[])[records, changes, heavy])
        {
            batch.AddRange(lane);
            lane.Clear();
        }

        Interlocked.Add(ref waiting, before - batch.Count);
    }

    public void Dispose() => taker.Dispose();

    private void Fill(List<UnitOfWork> batch)
    {
        Sort();
        FillFromLanes(batch);
        Interlocked.Add(ref waiting, -batch.Count);
    }

    // Moves the added units to their lanes, in the order in which they were added.
    private void Sort()
    {
        for (var unit = added.TakeAll(); unit is not null;)
        {
            // A unit must not hold on to those behind it once it is taken.
            (var next, unit.Next) = (unit.Next, null);
            (CostOf(unit) > LightCost ? heavy : unit.RecordsOnly ? records : changes).Enqueue(unit);
            unit = next;
        }
    }

    private void FillFromLanes(List<UnitOfWork> batch)
    {
        if (heavy.Count > 0 && (!wasHeavy || records.Count + changes.Count == 0))
        {
            batch.Add(heavy.Dequeue());
            wasHeavy = true;
            return;
        }

        wasHeavy = false;
        var room = BatchCost - Move(records, batch, RecordsCost);
        room -= Move(changes, batch, Math.Min(room, ChangesCost));
        Move(records, batch, room);
    }

    // Moves units until they cost as much as there is room, and returns what they cost.
    private static int Move(Queue<UnitOfWork> queue, List<UnitOfWork> batch, int room)
    {
        var cost = 0;
        while (cost < room && queue.TryDequeue(out var unit))
        {
            cost += CostOf(unit);
            batch.Add(unit);
        }

        return cost;
    }

    private static int CostOf(UnitOfWork unit) => unit.RecordsOnly ? unit.Weight : unit.Weight * CostOfChange;
}
