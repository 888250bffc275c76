using System.Buffers.Text;
using System.Text;
using Secronna.Crypto;
using Secronna.Server.Configuration;

namespace Secronna.Server.MasterKeys.Local;

/// <summary>
/// Master keys that the process itself holds, in locked memory (S26): parsed from lines of an id, a space and 32 bytes in
/// base64; <c>#</c> starts a comment.
/// </summary>
internal sealed class LocalMasterKeys : IDisposable
{
    private const int KeySize = 32;

    private readonly Dictionary<string, LockedKey> keys = new(StringComparer.Ordinal);
    private readonly List<string> ids = [];

    private LocalMasterKeys()
    {
    }

    public IReadOnlyList<string> KeyIds => ids;

    /// <summary>Reads all lines; the text is the caller's to zero.</summary>
    /// <exception cref="SettingsException">A line is wrong: the message names its number, never its content.</exception>
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

    private void AddLine(ReadOnlySpan<byte> line, string place)
    {
        var space = line.IndexOf((byte)' ');
        var id = space > 0 ? Encoding.ASCII.GetString(line[..space]) : "";
        if (!MasterKeyId.IsValid(id))
        {
            throw new SettingsException($"master key: {place}: expected an id, a space and 32 bytes in base64");
        }

        Span<byte> key = stackalloc byte[KeySize + 2];
        try
        {
            var status = Base64.DecodeFromUtf8(line[(space + 1)..].Trim((byte)' '), key, out _, out var written);
            if (status != System.Buffers.OperationStatus.Done || written != KeySize)
            {
                throw new SettingsException($"master key: {place}: key {id} must be 32 bytes in base64");
            }

            if (keys.ContainsKey(id))
            {
                throw new SettingsException($"master key: {place}: key {id} is there twice");
            }

            keys.Add(id, LockedKey.Create(key[..KeySize]));
            ids.Add(id);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(key);
        }
    }
}
