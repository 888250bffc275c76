using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.IntegrationTests.Storage.Tables;

/// <summary>A transaction that stops after it has locked a KEK, until <see cref="GoOn"/> is called.</summary>
internal sealed class StoppedWriter : IAsyncDisposable
{
    private readonly TaskCompletionSource holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim goOn = new();

    /// <summary>Locks the KEK as a writer does, stops, and then writes if the KEK is active.</summary>
    public StoppedWriter(TestStorage storage, Func<Transaction, ValueTask<bool>> write, string kekId)
        : this(storage, kekId, KekTable.LockActiveAsync, write)
    {
    }

    /// <summary>Runs <paramref name="first"/>, stops, and then runs <paramref name="then"/> if the first returned true.</summary>
    public StoppedWriter(
        TestStorage storage, string kekId, Func<Transaction, string, ValueTask<bool>> first, Func<Transaction, ValueTask<bool>>? then = null) =>
        Done = Task.Run(() => storage.WriteAsync(async transaction =>
        {
            var isFirstDone = await first(transaction, kekId);
            holds.TrySetResult();
            // It blocks the thread, because a unit of SQLite's writer must complete synchronously.
            goOn.Wait();
            return isFirstDone && (then is null || await then(transaction));
        }));

    public Task<bool> Done { get; }

    /// <summary>Waits until the transaction has stopped.</summary>
    public async Task HoldsAsync() => await await Task.WhenAny(holds.Task, Done);

    public void GoOn() => goOn.Set();

    public async ValueTask DisposeAsync()
    {
        goOn.Set();
        await Done.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        goOn.Dispose();
    }
}
