using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;
using Secronna.Server.MasterKeys;

namespace Secronna.IntegrationTests.Harness;

/// <summary>The calls of a master-key provider.</summary>
internal enum ProviderCall
{
    List,
    Wrap,
    Unwrap,
}

/// <summary>
/// A provider that behaves as a test says. A key's bytes are derived from its id, so all scripted providers have the same keys.
/// </summary>
internal sealed class ScriptedProvider(params string[] ids) : IMasterKeyProvider
{
    private volatile IReadOnlyList<string> ids = ids;
    private int lists;
    private int wraps;
    private int unwraps;

    public string Source => "a script";

    public TimeSpan RefreshInterval { get; set; }

    /// <summary>The ids of the keys that it holds, oldest first.</summary>
    public IReadOnlyList<string> Ids
    {
        get => ids;
        set => ids = value;
    }

    /// <summary>Runs before each answer, and may wait or throw. <c>null</c> means that answers come at once.</summary>
    public Func<ProviderCall, string?, CancellationToken, Task>? Before { get; set; }

    public int Lists => lists;

    public int Wraps => wraps;

    public int Unwraps => unwraps;

    public int Calls => lists + wraps + unwraps;

    public void BeSilent() => Before = (_, _, _) => throw new MasterKeyUnavailableException(Source, "silent");

    public void Heal() => Before = null;

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref lists);
        await BeforeAsync(ProviderCall.List, null, cancellation);
        return Ids;
    }

    public async ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation)
    {
        Interlocked.Increment(ref wraps);
        await BeforeAsync(ProviderCall.Wrap, binding.MasterKeyId, cancellation);
        return MasterKeyWrap.Wrap(KeyOf(binding.MasterKeyId), binding, key.Span);
    }

    public async ValueTask UnwrapAsync(
        MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation)
    {
        Interlocked.Increment(ref unwraps);
        await BeforeAsync(ProviderCall.Unwrap, binding.MasterKeyId, cancellation);
        MasterKeyWrap.Unwrap(KeyOf(binding.MasterKeyId), binding, box.Span, key.Span);
    }

    public void Dispose()
    {
    }

    private Task BeforeAsync(ProviderCall call, string? id, CancellationToken cancellation) =>
        Before?.Invoke(call, id, cancellation) ?? Task.CompletedTask;

    private byte[] KeyOf(string id) => Ids.Contains(id)
        ? SHA256.HashData(Encoding.UTF8.GetBytes(id))
        : throw new MasterKeyMissingException(id, Ids);
}
