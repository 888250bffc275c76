namespace Secronna.Storage.Engine;

/// <summary>
/// The thread of SQLite's writer, on which short answers begin. Handing an answer to another thread takes longer than the answer,
/// above all on a busy machine. But all others wait while this thread answers. So an answer begins here only if the unit of work
/// says that its result is answered quickly, and it leaves the thread before anything that may wait or may take long.
/// </summary>
public static class WriterThread
{
    [ThreadStatic]
    private static bool isCurrent;

    /// <summary>Whether the calling code runs on the writer's thread.</summary>
    internal static bool IsCurrent => isCurrent;

    /// <summary>Continues on the thread pool, if the calling code runs on the writer's thread.</summary>
    public static ValueTask LeaveAsync() => isCurrent ? YieldAsync() : ValueTask.CompletedTask;

    /// <summary>Marks the calling thread as the writer's.</summary>
    internal static void Enter() => isCurrent = true;

    private static async ValueTask YieldAsync() => await Task.Yield();
}
