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

    /// <summary>The unit that follows in the <see cref="UnitStack"/>, while this one is there.</summary>
    public UnitOfWork? Next { get; set; }

    /// <summary>The error for the caller if the unit was undone; <c>null</c> if its changes stand.</summary>
    public Exception? Error { get; set; }

    /// <summary>Whether the caller goes on quickly after <see cref="Complete"/>, so that it may do so on the writer's thread.</summary>
    public abstract bool IsQuick { get; }

    /// <summary>Runs the work in the writer's transaction. Its exception becomes the <see cref="Error"/>.</summary>
    public abstract void Run(Transaction transaction);

    /// <summary>Completes the caller's task. Its continuations run on the current thread.</summary>
    public abstract void Complete();
}

/// <param name="state">The state that is given to <paramref name="work"/>.</param>
/// <param name="work">The work.</param>
/// <param name="isQuick">Whether the caller answers a result quickly; <c>null</c> for never.</param>
internal sealed class UnitOfWork<TState, TResult>(
    TState state, Func<Transaction, TState, ValueTask<TResult>> work, Func<TState, TResult, bool>? isQuick = null)
    : UnitOfWork
{
    // Continuations may run synchronously, because BatchReplies chooses the thread on which it completes the task.
    private readonly TaskCompletionSource<TResult> done = new();
    private TResult? result;
    private bool hasQuickResult;

    public Task<TResult> Done => done.Task;

    /// <inheritdoc/>
    public override bool IsQuick => hasQuickResult && Error is null;

    public override void Run(Transaction transaction)
    {
        result = work(transaction, state).RequireCompleted();
        hasQuickResult = isQuick is not null && isQuick(state, result);
    }

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
