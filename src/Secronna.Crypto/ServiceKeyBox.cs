// A key that a service wrapped in a form of its own:
//
//   0        1           2          18       18+n
//   | format | algorithm | key name | blob (n) |
//   |      1 |     1 (2) |       16 | 1 or more|
//   '------ header ------------------'
//
// The service authenticates what the box is bound to, the header included, beside the blob: how, says its provider.

namespace Secronna.Crypto;

/// <summary>The box around what a key service, such as a cloud KMS, made of a KEK or the installation key (S2, S6).</summary>
public static class ServiceKeyBox
{
    private const int NameStart = 2;
    private const int HeaderSize = NameStart + KeyName.Size;

    /// <summary>The header of boxes by a master key, for what the service binds its blob to.</summary>
    /// <exception cref="ArgumentException">The id isn't 1 to 128 bytes of UTF-8.</exception>
    public static byte[] Header(string masterKeyId)
    {
        var header = new byte[HeaderSize];
        header[0] = BoxFormat.Format;
        header[1] = BoxFormat.ServiceAlgorithm;
        KeyName.FromMasterKeyId(masterKeyId).CopyTo(header.AsSpan(NameStart));
        return header;
    }

    /// <summary>The box of a blob.</summary>
    /// <exception cref="ArgumentException">The id isn't 1 to 128 bytes of UTF-8, or the blob is empty.</exception>
    public static byte[] Seal(string masterKeyId, ReadOnlySpan<byte> blob) => blob.IsEmpty
        ? throw new ArgumentException("A service gives at least a byte.", nameof(blob))
        : [.. Header(masterKeyId), .. blob];

    /// <summary>The blob of a box.</summary>
    /// <exception cref="DecryptionException">It is no such box, or names another master key.</exception>
    public static ReadOnlyMemory<byte> Open(string masterKeyId, ReadOnlyMemory<byte> box)
    {
        var isOurs = KeyName.TryFromMasterKeyId(masterKeyId, out var name) && box.Length > HeaderSize
            && box.Span[0] == BoxFormat.Format && box.Span[1] == BoxFormat.ServiceAlgorithm
            && KeyName.FromBytes(box.Span[NameStart..HeaderSize]) == name;
        return isOurs ? box[HeaderSize..] : throw new DecryptionException();
    }
}
