using System.Diagnostics.CodeAnalysis;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>
/// Runs calls that can't be cancelled, a few at once, each on a thread of its own. Who waits for one may stop waiting; it
/// keeps its place until it returns, so that a library that hangs holds no more threads than there are places.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A call that outlives its owner gives its place back; a semaphore without a wait handle holds nothing to free.")]
internal sealed class NativeCalls(int places)
{
    private readonly SemaphoreSlim free = new(places);
    private volatile bool hasEnded;

    /// <summary>Runs a call.</summary>
    /// <param name="call">Uses nothing else that is the caller's to reuse or dispose of.</param>
    /// <param name="used">What it uses, disposed of when it has returned, or when it won't begin.</param>
    /// <param name="drop">Gets a result that nobody waits for any more.</param>
    /// <param name="cancellation">Ends the waiting, not the call.</param>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    /// <exception cref="ObjectDisposedException"><see cref="End"/> was called.</exception>
    public async Task<T> RunAsync<T>(Func<T> call, IDisposable? used, Action<T> drop, CancellationToken cancellation)
    {
        await EnterAsync(used, cancellation);
        var running = Start(call, used);
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

    /// <summary>Lets no call begin any more, and waits, however long, until none runs.</summary>
    public void End()
    {
        hasEnded = true;
        for (var place = 0; place < places; place++)
        {
            free.Wait();
        }
    }

    private async Task EnterAsync(IDisposable? used, CancellationToken cancellation)
    {
        try
        {
            ObjectDisposedException.ThrowIf(hasEnded, this);
            await free.WaitAsync(cancellation);
        }
        catch
        {
            used?.Dispose();
            throw;
        }
    }

    private Task<T> Start<T>(Func<T> call, IDisposable? used) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return call();
            }
            finally
            {
                used?.Dispose();
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
