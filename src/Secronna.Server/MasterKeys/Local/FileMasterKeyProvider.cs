using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Local;

/// <summary>
/// Master keys from a file that only its owner may read. Each request for the list reads the file again, so that keys can be
/// added and removed while the server runs.
/// </summary>
internal sealed class FileMasterKeyProvider : IMasterKeyProvider
{
    // Reading the file replaces the keys. The lock keeps a key from being zeroed while it wraps or unwraps.
    private readonly Lock gate = new();
    private LocalMasterKeys keys;

    /// <exception cref="SettingsException">The file is missing or not private, or has a wrong line.</exception>
    public FileMasterKeyProvider(string path)
    {
        Source = path;
        keys = Read(path);
    }

    public string Source { get; }

    public TimeSpan RefreshInterval => TimeSpan.Zero;

    public ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        var current = ReadAgain();
        lock (gate)
        {
            keys.Dispose();
            keys = current;
            return new(current.KeyIds);
        }
    }

    public ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation)
    {
        lock (gate)
        {
            return new(keys.Wrap(binding, key.Span));
        }
    }

    public ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation)
    {
        lock (gate)
        {
            keys.Unwrap(binding, box.Span, key.Span);
            return ValueTask.CompletedTask;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            keys.Dispose();
        }
    }

    // A missing file means that its keys are gone. A file that is unreadable or has a wrong line may be in the middle of an edit.
    // The provider then can't tell which keys it holds, and the ring goes on with the keys that it knows.
    private LocalMasterKeys ReadAgain()
    {
        try
        {
            return File.Exists(Source) ? Read(Source) : LocalMasterKeys.Parse([], Source);
        }
        catch (SettingsException exception)
        {
            throw new MasterKeyUnavailableException(Source, exception.Message, exception);
        }
    }

    private static LocalMasterKeys Read(string path)
    {
        using var text = PrivateFile.Read(path);
        return LocalMasterKeys.Parse(text.Span, path);
    }
}
