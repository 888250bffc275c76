namespace Secronna.Storage.Sqlite;

/// <summary>
/// Completes the tasks of a batch's units on the thread pool. The writer's thread must not run the continuations, which serve
/// requests. A few work items take the units one after the other, because queueing one work item for each unit would cost more
/// than the units do. A continuation runs on the work item's thread, so a slow one delays only the units that this work item
/// would take.
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
