using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// The units of work that wait for the writer: those that only record go first. One thread takes, any may add.
/// </summary>
internal sealed class UnitQueue : IDisposable
{
    // Bounds the memory of a queue that the disk can't follow.
    private const int QueueLimit = 20_000;

    // Bounds the time of one transaction, in rows; a part of it is for changes, however many records wait.
    private const int BatchWeight = 512;
    private const int WeightBeforeChanges = BatchWeight * 3 / 4;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly Queue<UnitOfWork> records = new();
    private readonly Queue<UnitOfWork> changes = new();
    private bool asleep;
    private bool closed;

    /// <exception cref="StorageUnavailableException">Too many wait, or it is closed.</exception>
    public void Add(UnitOfWork unit)
    {
        lock (gate)
        {
            if (closed)
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

    /// <summary>Has the taker come back, with nothing if nothing waits.</summary>
    public void Wake()
    {
        lock (gate)
        {
            if (!asleep)
            {
                return;
            }

            asleep = false;
        }

        wake.Release();
    }

    /// <summary>Takes no more; what waits is still taken. False when it was closed before.</summary>
    public bool Close()
    {
        lock (gate)
        {
            if (closed)
            {
                return false;
            }

            closed = true;
        }

        Wake();
        return true;
    }

    /// <summary>Fills the batch with what waits; with nothing after so long, or when woken. False at the end.</summary>
    public bool Take(List<UnitOfWork> batch, TimeSpan patience)
    {
        lock (gate)
        {
            Fill(batch);
            if (batch.Count > 0 || closed)
            {
                return batch.Count > 0;
            }

            asleep = true;
        }

        var woken = wake.Wait(patience);
        lock (gate)
        {
            if (!woken && !asleep)
            {
                // Woken just after patience ended: that signal must not wake the next sleep.
                wake.Wait();
            }

            asleep = false;
            Fill(batch);
            return batch.Count > 0 || !closed;
        }
    }

    /// <summary>Takes everything that waits.</summary>
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

    private void Fill(List<UnitOfWork> batch)
    {
        var weight = 0;
        Move(records, batch, WeightBeforeChanges, ref weight);
        Move(changes, batch, BatchWeight, ref weight);
        Move(records, batch, BatchWeight, ref weight);
    }

    private static void Move(Queue<UnitOfWork> queue, List<UnitOfWork> batch, int most, ref int weight)
    {
        while (weight < most && queue.TryDequeue(out var unit))
        {
            weight += unit.Weight;
            batch.Add(unit);
        }
    }
}
