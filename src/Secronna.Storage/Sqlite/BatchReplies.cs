namespace Secronna.Storage.Sqlite;

/// <summary>
/// Completes the tasks of a batch's units on the thread pool. The writer's thread must not run the continuations, which serve
/// requests. A few work items take the units one after the other, because queueing one work item for each unit would cost more
/// than completing the units. A continuation runs on its work item's thread. A slow continuation holds up only that work item,
/// and the other work items take the remaining units.
/// </summary>
internal sealed class BatchReplies : IThreadPoolWorkItem
{
    private const int UnitsPerWorkItem = 8;

    private readonly UnitOfWork[] units;
    private int taken;

    private BatchReplies(UnitOfWork[] units) => this.units = units;

    public static void Send(List<UnitOfWork> batch)
    {
        var replies = new BatchReplies([.. batch]);
        var workItems = Math.Max(Math.Min(Environment.ProcessorCount, batch.Count), batch.Count / UnitsPerWorkItem);
        for (var i = 0; i < workItems; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(replies, preferLocal: false);
        }
    }

    public void Execute()
    {
        while (Interlocked.Increment(ref taken) - 1 is var next && next < units.Length)
        {
            units[next].Complete();
        }
    }
}
