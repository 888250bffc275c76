using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;
using Secronna.Storage.Engine;

namespace Secronna.Server.MasterKeys.Local;

/// <summary>Adds keys to the file that <see cref="FileMasterKeyProvider"/> reads.</summary>
internal static class MasterKeyFile
{
    private const int MaxLineSize = 256;

    /// <summary>Appends a new random key. A missing file is created, readable and writable by its owner alone (0600).</summary>
    public static void Generate(string path, string id)
    {
        using var key = PinnedBuffer.Rent(Aes256Gcm.KeySize);
        RandomNumberGenerator.Fill(key.Span);
        using var line = PinnedBuffer.Rent(MaxLineSize);
        var length = Encoding.ASCII.GetBytes(id + " ", line.Span);
        Base64.EncodeToUtf8(key.Span, line.Span[length..], out _, out var written);
        line.Span[length + written] = (byte)'\n';
        Append(path, line.Span[..(length + written + 1)]);
    }

    // The key and the file's name must be on disk before anything is wrapped with the key.
    private static void Append(string path, ReadOnlySpan<byte> line)
    {
        Write(path, line);
        DurableFile.Flush(path);
        DurableFile.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    // The stream has no buffer, because a buffer would keep a copy of the key.
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
