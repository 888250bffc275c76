namespace Secronna.Storage.Sqlite;

/// <summary>
/// Takes the results of tasks without waiting. SQLite completes every call synchronously, so a task that is not complete waits
/// for something else, and would hold up the writer.
/// </summary>
internal static class CompletedTasks
{
    /// <exception cref="InvalidOperationException">The task is not complete.</exception>
    public static T RequireCompleted<T>(this ValueTask<T> task) => task.IsCompleted ? task.Result : throw NotCompleted();

    /// <exception cref="InvalidOperationException">The task is not complete.</exception>
    public static void RequireCompleted(this ValueTask task)
    {
        if (!task.IsCompleted)
        {
            throw NotCompleted();
        }

        task.GetAwaiter().GetResult();
    }

    private static InvalidOperationException NotCompleted() => new("a unit of work may wait for nothing but the database");
}
