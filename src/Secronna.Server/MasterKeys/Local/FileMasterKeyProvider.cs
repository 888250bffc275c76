using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Server.Configuration;
using Secronna.Storage;

namespace Secronna.Server.MasterKeys.Local;

/// <summary>
/// Master keys in a file that only its owner may read. Each look reads it anew, so that keys can be added and taken out
/// while the server runs.
/// </summary>
internal sealed class FileMasterKeyProvider : IMasterKeyProvider
{
    // A look replaces the keys: none may be zeroed while it wraps.
    private readonly Lock gate = new();
    private LocalMasterKeys keys;

    /// <exception cref="SettingsException">The file is not there, is not private, or has a wrong line.</exception>
    public FileMasterKeyProvider(string path)
    {
        Source = path;
        keys = Read(path);
    }

    public string Source { get; }

    public TimeSpan LookEvery => TimeSpan.Zero;

    public ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        var now = ReadNow();
        lock (gate)
        {
            keys.Dispose();
            keys = now;
            return new(now.KeyIds);
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

    // A file that is gone holds no key. One that can't be read or has a wrong line, as while it is edited, tells nothing.
    private LocalMasterKeys ReadNow()
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

    /// <summary>Adds a new random key at the file's end, making the file (0600) if there is none.</summary>
    public static void Generate(string path, string id)
    {
        using var key = PinnedBuffer.Rent(32);
        RandomNumberGenerator.Fill(key.Span);
        using var line = PinnedBuffer.Rent(256);
        var length = System.Text.Encoding.ASCII.GetBytes(id + " ", line.Span);
        System.Buffers.Text.Base64.EncodeToUtf8(key.Span, line.Span[length..], out _, out var written);
        line.Span[length + written] = (byte)'\n';
        Append(path, line.Span[..(length + written + 1)]);
    }

    // On the disk, with its name, before anything is wrapped with the key.
    private static void Append(string path, ReadOnlySpan<byte> line)
    {
        Write(path, line);
        DurableFile.Flush(path);
        DurableFile.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    // Without a buffer of the stream's own, which would keep the key.
    private static void Write(string path, ReadOnlySpan<byte> line)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n')
            {
                file.Write("\n"u8);
            }
        }

        file.Write(line);
        file.Flush(flushToDisk: true);
    }
}
