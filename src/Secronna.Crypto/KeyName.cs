using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// The 16-byte name of a wrapping key. The header of a wrapped key carries it, so that a reader knows which key to use. It isn't
/// secret, and it is authenticated with the rest of the header (S6).
/// </summary>
public readonly record struct KeyName
{
    /// <summary>The size of a name in bytes.</summary>
    public const int Size = 16;

    private readonly UInt128 value;

    private KeyName(UInt128 value) => this.value = value;

    /// <summary>The name of a KEK: the 16 bytes of its ULID.</summary>
    /// <exception cref="ArgumentException">There aren't exactly 16 bytes.</exception>
    public static KeyName FromBytes(ReadOnlySpan<byte> sixteenBytes)
    {
        if (sixteenBytes.Length != Size)
        {
            throw new ArgumentException("A key name is 16 bytes long.", nameof(sixteenBytes));
        }

        return new KeyName(BinaryPrimitives.ReadUInt128BigEndian(sixteenBytes));
    }

    /// <summary>The name of a master key: the first 16 bytes of SHA-256 of its id in UTF-8.</summary>
    /// <exception cref="ArgumentException">The id isn't 1 to 128 bytes of UTF-8.</exception>
    public static KeyName FromMasterKeyId(string masterKeyId) =>
        TryFromMasterKeyId(masterKeyId, out var name)
            ? name
            : throw new ArgumentException("A master key's id is 1 to 128 bytes of UTF-8.", nameof(masterKeyId));

    /// <summary>Writes the 16 bytes.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 16 bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (!BinaryPrimitives.TryWriteUInt128BigEndian(destination, value))
        {
            throw new ArgumentException("A key name is 16 bytes long.", nameof(destination));
        }
    }

    internal static bool TryFromMasterKeyId(string? masterKeyId, out KeyName name)
    {
        Span<byte> id = stackalloc byte[IdBytes.MaxSize];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var isUsable = IdBytes.TryWrite(masterKeyId, id, out var size);
        SHA256.HashData(id[..size], hash);
        name = FromBytes(hash[..Size]);
        return isUsable;
    }
}
