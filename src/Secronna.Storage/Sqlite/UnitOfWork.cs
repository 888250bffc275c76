using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>A queued unit of work, and the task that its caller waits for.</summary>
internal abstract class UnitOfWork
{
    /// <summary>
    /// Whether the unit only reads and appends audit entries. Such a unit runs before units that change rows, and needs no
    /// savepoint.
    /// </summary>
    public required bool RecordsOnly { get; init; }

    /// <summary>The unit's share of a batch: about how many rows it writes.</summary>
    public required int Weight { get; init; }

    /// <summary>The error for the caller if the unit was undone; <c>null</c> if its changes stand.</summary>
    public Exception? Error { get; set; }

    /// <summary>Runs the work in the writer's transaction. Its exception becomes the <see cref="Error"/>.</summary>
    public abstract void Run(Transaction transaction);

    /// <summary>Completes the caller's task. Its continuations run on the current thread.</summary>
    public abstract void Complete();
}

internal sealed class UnitOfWork<TState, TResult>(TState state, Func<Transaction, TState, ValueTask<TResult>> work)
    : UnitOfWork
{
    // Continuations may run synchronously, because BatchReplies completes the task on the thread pool.
    private readonly TaskCompletionSource<TResult> done = new();
    private TResult? result;

    public Task<TResult> Done => done.Task;

    public override void Run(Transaction transaction) => result = work(transaction, state).RequireCompleted();

    public override void Complete()
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
