namespace Secronna.Storage.Sqlite;

/// <summary>
/// Answers a batch's units on the pool, by a few runners that take one after the other: the writer must not serve
/// requests, and waking the pool for each of them would cost more than they do. What waits for a unit goes on on its
/// runner, so a slow one holds up its runner and no other.
/// </summary>
internal sealed class BatchAnswer : IThreadPoolWorkItem
{
    private const int UnitsPerRunner = 8;

    private readonly UnitOfWork[] units;
    private int taken;

    private BatchAnswer(UnitOfWork[] units) => this.units = units;

    public static void Send(List<UnitOfWork> batch)
    {
        var answer = new BatchAnswer([.. batch]);
        var runners = Math.Max(Math.Min(Environment.ProcessorCount, batch.Count), batch.Count / UnitsPerRunner);
        for (var i = 0; i < runners; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(answer, preferLocal: false);
        }
    }

    public void Execute()
    {
        while (Interlocked.Increment(ref taken) - 1 is var next && next < units.Length)
        {
            units[next].Answer();
        }
    }
}
