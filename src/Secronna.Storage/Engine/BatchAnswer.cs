namespace Secronna.Storage.Engine;

/// <summary>
/// Answers a batch's units on the pool, in a few parts: the writer must not serve requests, and waking the pool for each
/// of them would cost more than they do.
/// </summary>
internal sealed class BatchAnswer : IThreadPoolWorkItem
{
    private static readonly int Parts = Environment.ProcessorCount;

    private readonly UnitOfWork[] units;

    private BatchAnswer(UnitOfWork[] units) => this.units = units;

    public static void Send(List<UnitOfWork> batch)
    {
        foreach (var part in batch.Chunk(Math.Max(1, (batch.Count + Parts - 1) / Parts)))
        {
            ThreadPool.UnsafeQueueUserWorkItem(new BatchAnswer(part), preferLocal: false);
        }
    }

    public void Execute()
    {
        foreach (var unit in units)
        {
            unit.Answer();
        }
    }
}
