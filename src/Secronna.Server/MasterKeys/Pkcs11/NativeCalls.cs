using System.Diagnostics.CodeAnalysis;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>
/// Runs calls that can't be cancelled, each on a thread of its own, and only a few at once. A caller may stop waiting, but its
/// call counts as running until it returns. So a library that hangs blocks only those few threads.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A late call still releases the semaphore, which holds nothing to free.")]
internal sealed class NativeCalls(int maxConcurrent)
{
    private readonly SemaphoreSlim free = new(maxConcurrent);
    private volatile bool hasEnded;

    /// <summary>Runs a call.</summary>
    /// <param name="call">The call. It must use nothing that the caller reuses or disposes of when it stops waiting.</param>
    /// <param name="used">What the call uses; disposed of when the call has returned or will not begin.</param>
    /// <param name="discard">Receives the result if the caller has stopped waiting.</param>
    /// <param name="cancellation">Ends the waiting, not the call.</param>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    /// <exception cref="ObjectDisposedException"><see cref="End"/> was called before.</exception>
    public async Task<T> RunAsync<T>(Func<T> call, IDisposable? used, Action<T> discard, CancellationToken cancellation)
    {
        await EnterAsync(used, cancellation);
        var running = Start(call, used);
        try
        {
            return await running.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = DiscardAsync(running, discard);
            throw;
        }
    }

    /// <summary>Prevents further calls, and blocks without a time limit until no call is running.</summary>
    public void End()
    {
        hasEnded = true;
        for (var i = 0; i < maxConcurrent; i++)
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

    private static async Task DiscardAsync<T>(Task<T> running, Action<T> discard)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsCompletedSuccessfully)
        {
            discard(await running);
        }
    }
}
