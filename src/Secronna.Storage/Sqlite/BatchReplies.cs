using System.Diagnostics;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Completes the tasks of a batch's units. The continuations serve requests. Those that are quick begin on the writer's thread, for
/// a bounded time. The others run on the thread pool: a few work items take the units one after the other, because queueing one work
/// item for each unit would cost more than completing the units. A continuation runs on its work item's thread. A slow continuation
/// holds up only that work item, and the other work items take the remaining units.
/// </summary>
internal sealed class BatchReplies : IThreadPoolWorkItem
{
    private const int UnitsPerWorkItem = 8;

    // Bounds how long the units that wait for the next batch wait for answers of this one.
    private static readonly TimeSpan MaxTimeOnWriter = TimeSpan.FromMilliseconds(0.5);

    private readonly List<UnitOfWork> units;
    private int taken;

    private BatchReplies(List<UnitOfWork> units) => this.units = units;

    /// <summary>Completes the units. Must be called on the writer's thread.</summary>
    public static void Send(List<UnitOfWork> batch)
    {
        // The slow ones first: other processors can begin with them while this thread completes the quick ones.
        SendToPool(batch.FindAll(static unit => !unit.IsQuick));
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < batch.Count; i++)
        {
            if (Stopwatch.GetElapsedTime(began) >= MaxTimeOnWriter)
            {
                SendToPool(batch[i..].FindAll(static unit => unit.IsQuick));
                return;
            }

            if (batch[i].IsQuick)
            {
                batch[i].Complete();
            }
        }
    }

    public void Execute()
    {
        while (Interlocked.Increment(ref taken) - 1 is var next && next < units.Count)
        {
            units[next].Complete();
        }
    }

    private static void SendToPool(List<UnitOfWork> units)
    {
        var replies = new BatchReplies(units);
        var workItems = Math.Max(Math.Min(Environment.ProcessorCount, units.Count), units.Count / UnitsPerWorkItem);
        for (var i = 0; i < workItems; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(replies, preferLocal: false);
        }
    }
}
