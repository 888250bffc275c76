using Secronna.Crypto;
using Secronna.Server.MasterKeys;

namespace Secronna.IntegrationTests.MasterKeys;

/// <summary>A provider that behaves as a test says and counts its calls.</summary>
internal sealed class ScriptedKeys(params string[] keyIds) : IMasterKeyProvider
{
    private int looks;
    private int wraps;

    public IReadOnlyList<string> KeyIds { get; set; } = keyIds;

    /// <summary>Runs at the start of every call.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public int Looks => Volatile.Read(ref looks);

    public int Wraps => Volatile.Read(ref wraps);

    public bool IsDisposed { get; private set; }

    public string Source => "the script";

    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(3);

    public static Func<CancellationToken, Task> Silence { get; } = static cancellation => Task.Delay(Timeout.InfiniteTimeSpan, cancellation);

    public Func<CancellationToken, Task> Trouble => _ => throw new MasterKeyUnavailableException(Source, "trouble");

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref looks);
        await Before(cancellation);
        return KeyIds;
    }

    public async ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation)
    {
        Interlocked.Increment(ref wraps);
        await Before(cancellation);
        return KeyIds.Contains(binding.MasterKeyId) ? key.ToArray() : throw new MasterKeyMissingException(binding.MasterKeyId);
    }

    public async ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation) =>
        (await WrapAsync(binding, box, cancellation)).CopyTo(key);

    public void Dispose() => IsDisposed = true;
}
