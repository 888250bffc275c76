using System.Text;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Local;

/// <summary>
/// Master keys from the environment variable <c>SECRONNA_MASTER_KEYS</c>, in the format of the key file. A comma may replace a
/// line break. The process's environment, and the string that the variable is read into, keep copies that can't be zeroed (S26).
/// </summary>
internal sealed class EnvironmentMasterKeyProvider : IMasterKeyProvider
{
    public const string Variable = "SECRONNA_MASTER_KEYS";

    private readonly LocalMasterKeys keys;

    /// <exception cref="SettingsException">The variable is not set, or a line of it is wrong.</exception>
    public EnvironmentMasterKeyProvider()
    {
        var value = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new SettingsException($"master key: the environment variable {Variable} is not set");
        }

        using var text = PinnedBuffer.Rent(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, text.Span);
        text.Span.Replace((byte)',', (byte)'\n');
        keys = LocalMasterKeys.Parse(text.Span, Variable);
    }

    public string Source => $"the environment variable {Variable}";

    // The keys were read once at the start, so the list never changes.
    public TimeSpan RefreshInterval => TimeSpan.FromMinutes(1);

    public ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation) => new(keys.KeyIds);

    public ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation) =>
        new(keys.Wrap(binding, key.Span));

    public ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation)
    {
        keys.Unwrap(binding, box.Span, key.Span);
        return ValueTask.CompletedTask;
    }

    public void Dispose() => keys.Dispose();
}
