using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A queued piece of work for the writer, and whoever waits for it.</summary>
internal abstract class UnitOfWork
{
    /// <summary>Whether it only reads and records: it goes first and needs no savepoint.</summary>
    public required bool RecordsOnly { get; init; }

    /// <summary>How much of a batch it takes: about the rows that it writes.</summary>
    public required int Weight { get; init; }

    /// <summary>Does the work within the writer's transaction; throws what the waiter shall get.</summary>
    public abstract void Run(Transaction transaction);

    /// <summary>Why nothing of it was kept; null when it stands.</summary>
    public Exception? Error { get; set; }

    /// <summary>Tells the waiter how it ended. What waits goes on on this thread.</summary>
    public abstract void Answer();
}

internal sealed class UnitOfWork<TState, TResult>(TState state, Func<Transaction, TState, ValueTask<TResult>> work)
    : UnitOfWork
{
    // Answered on the pool by BatchAnswer, where what waits may go on at once.
    private readonly TaskCompletionSource<TResult> done = new();
    private TResult? result;

    public Task<TResult> Done => done.Task;

    public override void Run(Transaction transaction) => result = work(transaction, state).AtOnce();

    public override void Answer()
    {
        if (Error is null)
        {
            done.SetResult(result!);
        }
        else
        {
            done.SetException(Error);
        }
    }
}

/// <summary>SQLite answers at once; work that waits for something else would hold the writer.</summary>
internal static class ValueTaskExtensions
{
    public static T AtOnce<T>(this ValueTask<T> task) => task.IsCompleted
        ? task.Result
        : throw new InvalidOperationException("a unit of work may wait for nothing but the database");

    public static void AtOnce(this ValueTask task)
    {
        if (!task.IsCompleted)
        {
            throw new InvalidOperationException("a unit of work may wait for nothing but the database");
        }

        task.GetAwaiter().GetResult();
    }
}
