using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.IntegrationTests.Storage.Tables;

/// <summary>A transaction that is stopped between its lock of a KEK and its writes, until it may go on.</summary>
internal sealed class StoppedWriter : IAsyncDisposable
{
    private readonly TaskCompletionSource holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim goOn = new();

    /// <summary>Locks as a writer does, and writes if the KEK is active.</summary>
    public StoppedWriter(TestStorage storage, Func<Transaction, ValueTask<bool>> write, string kekId)
        : this(storage, kekId, KekTable.LockActiveAsync, write)
    {
    }

    /// <summary>Does one thing, and is stopped before it commits.</summary>
    public StoppedWriter(
        TestStorage storage, string kekId, Func<Transaction, string, ValueTask<bool>> first, Func<Transaction, ValueTask<bool>>? then = null) =>
        Done = Task.Run(() => storage.WriteAsync(async transaction =>
        {
            var isFirstDone = await first(transaction, kekId);
            holds.TrySetResult();
            // Blocks: a unit of SQLite's writer may not be left and come back to.
            goOn.Wait();
            return isFirstDone && (then is null || await then(transaction));
        }));

    public Task<bool> Done { get; }

    public async Task HoldsAsync() => await await Task.WhenAny(holds.Task, Done);

    public void GoOn() => goOn.Set();

    public async ValueTask DisposeAsync()
    {
        goOn.Set();
        await Done.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        goOn.Dispose();
    }
}
