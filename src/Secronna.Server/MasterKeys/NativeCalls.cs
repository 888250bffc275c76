using System.Diagnostics.CodeAnalysis;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// Runs calls that can't be cancelled, a few at once, each on a thread of its own. Who waits for one may stop waiting; it
/// keeps its place until it returns, so that a library that hangs holds no more threads than there are places.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A call that outlives its owner gives its place back; a semaphore without a wait handle holds nothing to free.")]
internal sealed class NativeCalls(int places)
{
    private readonly SemaphoreSlim free = new(places);

    /// <summary>Runs a call.</summary>
    /// <param name="call">Uses nothing that is the caller's to reuse or dispose of.</param>
    /// <param name="drop">Gets a result that nobody waits for any more.</param>
    /// <param name="cancellation">Ends the waiting, not the call.</param>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public async Task<T> RunAsync<T>(Func<T> call, Action<T> drop, CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation);
        var running = Start(call);
        try
        {
            return await running.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = DropAsync(running, drop);
            throw;
        }
    }

    /// <summary>Waits, however long, until no call runs, and lets none begin any more.</summary>
    public void End()
    {
        for (var place = 0; place < places; place++)
        {
            free.Wait();
        }
    }

    private Task<T> Start<T>(Func<T> call) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return call();
            }
            finally
            {
                free.Release();
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task DropAsync<T>(Task<T> running, Action<T> drop)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsCompletedSuccessfully)
        {
            drop(await running);
        }
    }
}
