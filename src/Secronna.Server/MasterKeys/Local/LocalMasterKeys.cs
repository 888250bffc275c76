using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Local;

/// <summary>
/// Master keys that this process holds itself, in locked memory (S26). They are parsed from lines that each have an id, a space
/// and 32 bytes in base64. A line that starts with <c>#</c> is a comment.
/// </summary>
internal sealed class LocalMasterKeys : IDisposable
{
    private readonly Dictionary<string, LockedKey> keys = new(StringComparer.Ordinal);
    private readonly List<string> ids = [];

    private LocalMasterKeys()
    {
    }

    public IReadOnlyList<string> KeyIds => ids;

    /// <summary>Parses all lines. The caller zeroes the text.</summary>
    /// <exception cref="SettingsException">A line is wrong. The message has the line's number, never its content.</exception>
    public static LocalMasterKeys Parse(ReadOnlySpan<byte> text, string source)
    {
        var result = new LocalMasterKeys();
        var number = 0;
        try
        {
            foreach (var range in text.Split((byte)'\n'))
            {
                number++;
                var line = text[range].Trim(" \t\r"u8);
                if (!line.IsEmpty && line[0] != (byte)'#')
                {
                    result.AddLine(line, $"{source}, line {number}");
                }
            }
        }
        catch
        {
            result.Dispose();
            throw;
        }

        return result;
    }

    public byte[] Wrap(MasterKeyBinding binding, ReadOnlySpan<byte> key) =>
        MasterKeyWrap.Wrap(Find(binding).Bytes, binding, key);

    public void Unwrap(MasterKeyBinding binding, ReadOnlySpan<byte> box, Span<byte> key) =>
        MasterKeyWrap.Unwrap(Find(binding).Bytes, binding, box, key);

    public void Dispose()
    {
        foreach (var key in keys.Values)
        {
            key.Dispose();
        }
    }

    private LockedKey Find(MasterKeyBinding binding) => keys.TryGetValue(binding.MasterKeyId, out var key)
        ? key
        : throw new MasterKeyMissingException(binding.MasterKeyId, ids);

    private void AddLine(ReadOnlySpan<byte> line, string position)
    {
        var space = line.IndexOf((byte)' ');
        var id = space > 0 ? Encoding.ASCII.GetString(line[..space]) : "";
        if (!MasterKeyId.IsValid(id))
        {
            throw new SettingsException($"master key: {position}: expected an id, a space and 32 bytes in base64");
        }

        AddKey(id, line[(space + 1)..].Trim((byte)' '), position);
    }

    private void AddKey(string id, ReadOnlySpan<byte> base64, string position)
    {
        // Two bytes more than a key, so that a key that is too long decodes and is refused for its length.
        Span<byte> key = stackalloc byte[Aes256Gcm.KeySize + 2];
        try
        {
            var status = Base64.DecodeFromUtf8(base64, key, out _, out var written);
            if (status != OperationStatus.Done || written != Aes256Gcm.KeySize)
            {
                throw new SettingsException($"master key: {position}: what follows the id must be 32 bytes in base64");
            }

            if (keys.ContainsKey(id))
            {
                throw new SettingsException($"master key: {position}: key {id} is listed twice");
            }

            keys.Add(id, LockedKey.Create(key[..Aes256Gcm.KeySize]));
            ids.Add(id);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
