// The box around a key that a key service wrapped in its own form:
//
//   0        1           2          18       18+n
//   | format | algorithm | key name | blob (n) |
//   |      1 |     1 (2) |       16 | 1 or more|
//   '------ header ------------------'
//
// The service authenticates the binding and the header beside its blob. Each provider documents how.

namespace Secronna.Crypto;

/// <summary>
/// The box around a blob: a KEK or the installation key, as a key service such as a cloud KMS wrapped it (S2, S6).
/// </summary>
public static class ServiceKeyBox
{
    private const int NameStart = 2;
    private const int HeaderSize = NameStart + KeyName.Size;

    /// <summary>The header of every box that this master key makes. The service must bind its blob to this header.</summary>
    /// <exception cref="ArgumentException">The id isn't 1 to 128 bytes of UTF-8.</exception>
    public static byte[] Header(string masterKeyId)
    {
        var header = new byte[HeaderSize];
        header[0] = BoxFormat.First;
        header[1] = BoxFormat.ServiceAlgorithm;
        KeyName.FromMasterKeyId(masterKeyId).CopyTo(header.AsSpan(NameStart));
        return header;
    }

    /// <summary>Puts the service's blob into a box.</summary>
    /// <exception cref="ArgumentException">The id isn't 1 to 128 bytes of UTF-8, or the blob is empty.</exception>
    public static byte[] Seal(string masterKeyId, ReadOnlySpan<byte> blob) => blob.IsEmpty
        ? throw new ArgumentException("The blob of a key service has at least one byte.", nameof(blob))
        : [.. Header(masterKeyId), .. blob];

    /// <summary>Takes the service's blob out of a box.</summary>
    /// <exception cref="DecryptionException">The bytes are not such a box, or it names another master key.</exception>
    public static ReadOnlyMemory<byte> Open(string masterKeyId, ReadOnlyMemory<byte> box)
    {
        var isOurs = KeyName.TryFromMasterKeyId(masterKeyId, out var name) && box.Length > HeaderSize
            && box.Span[0] == BoxFormat.First && box.Span[1] == BoxFormat.ServiceAlgorithm
            && KeyName.FromBytes(box.Span[NameStart..HeaderSize]) == name;
        return isOurs ? box[HeaderSize..] : throw new DecryptionException();
    }
}
