namespace Secronna.Storage.Engine;

/// <summary>A queued piece of work for the writer, and whoever waits for it.</summary>
internal abstract class UnitOfWork
{
    /// <summary>Whether it only reads and records: it goes first and needs no savepoint.</summary>
    public required bool RecordsOnly { get; init; }

    /// <summary>Does the work within the writer's transaction; throws what the waiter shall get.</summary>
    public abstract void Run(Transaction transaction);

    /// <summary>Tells the waiter that the work is durable.</summary>
    public abstract void Complete();

    /// <summary>Tells the waiter that nothing of it was kept.</summary>
    public abstract void Fail(Exception exception);
}

internal sealed class UnitOfWork<TState, TResult>(TState state, Func<Transaction, TState, ValueTask<TResult>> work)
    : UnitOfWork
{
    // Continuations run on the pool: the writer must not serve requests.
    private readonly TaskCompletionSource<TResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? result;

    public Task<TResult> Done => done.Task;

    public override void Run(Transaction transaction) => result = work(transaction, state).AtOnce();

    public override void Complete() => done.SetResult(result!);

    public override void Fail(Exception exception) => done.SetException(exception);
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
