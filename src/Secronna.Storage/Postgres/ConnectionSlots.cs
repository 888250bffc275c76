using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>Limits how many connections of the pool one kind of work holds at once.</summary>
/// <param name="count">The largest number of connections.</param>
/// <param name="maxWait">How long the work waits for a slot.</param>
/// <param name="refusal">The message when no slot became free in time.</param>
internal sealed class ConnectionSlots(int count, TimeSpan maxWait, string refusal) : IDisposable
{
    private readonly SemaphoreSlim free = new(count);

    /// <summary>Waits for a slot. Disposing of the result frees it.</summary>
    /// <exception cref="StorageUnavailableException">No slot became free in time.</exception>
    public async ValueTask<Slot> EnterAsync(CancellationToken cancellation = default) =>
        await free.WaitAsync(maxWait, cancellation) ? new Slot(free) : throw new StorageUnavailableException(refusal);

    public void Dispose() => free.Dispose();

    /// <summary>A slot that is in use.</summary>
    public readonly struct Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
