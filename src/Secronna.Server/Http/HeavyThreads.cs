using System.Collections.Concurrent;

namespace Secronna.Server.Http;

/// <summary>
/// Threads for requests that read or write many rows, and for the parsing of large bodies (S31). Such work may hold its thread for
/// long, because SQLite reads without giving the thread back. The thread pool has about as many threads as there are processors.
/// So a few such requests would hold all of its threads, and every other request would wait.
/// </summary>
internal sealed class HeavyThreads : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> queue = [];
    private readonly HashSet<Thread> threads = [];

    /// <param name="count">
    /// How many threads there are. With one for each place of the gates of heavy requests and of batches, and with no work that
    /// has no place, none waits for the thread of another.
    /// </param>
    public HeavyThreads(int count)
    {
        for (var i = 0; i < count; i++)
        {
            threads.Add(new Thread(Run) { IsBackground = true, Name = "secronna heavy" });
        }

        foreach (var thread in threads)
        {
            // Without the context of the request that happens to make the threads.
            thread.UnsafeStart();
        }
    }

    /// <summary>How many threads there are.</summary>
    public int Count => threads.Count;

    /// <summary>Runs work on these threads, also after each time that it has waited for something.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Runs what is queued, then ends the threads.</summary>
    public void Dispose()
    {
        queue.CompleteAdding();
        foreach (var thread in threads)
        {
            thread.Join();
        }

        queue.Dispose();
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        try
        {
            queue.Add(task);
        }
        catch (InvalidOperationException)
        {
            // The threads have ended. Work that outlives them must still be able to end, and to wipe what it holds.
            ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        threads.Contains(Thread.CurrentThread) && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => queue;

    private void Run()
    {
        foreach (var task in queue.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
