// The layout of a sealed copy, with sizes in bytes:
//
//   0       4        5      37           69               69+n    85+n
//   | magic | format | salt | commitment | ciphertext (n) | tag   |
//   |  SCRC |      1 |   32 |         32 |   0 or more    |    16 |
//   '-------------- header --------------'

using System.Security.Cryptography;
using System.Text;

namespace Secronna.Cli.Fallback;

/// <summary>
/// Seals the copy of an environment's values under a key that is derived from an API key or access key. It uses AES-256-GCM (NIST
/// SP 800-38D) with the header as associated data and a commitment to the key, as the server seals values (S5).
/// </summary>
internal static class FallbackBox
{
    public const int HeaderSize = CommitmentStart + CommitmentSize;

    private const byte Format = 1;
    private const int FormatAt = 4;
    private const int SaltStart = 5;
    private const int SaltSize = 32;
    private const int CommitmentStart = SaltStart + SaltSize;
    private const int CommitmentSize = 32;
    private const int KeySize = 32;
    private const int TagSize = 16;

    private static ReadOnlySpan<byte> Magic => "SCRC"u8;

    // The salt gives each box its own key, and that key seals only once. So the nonce can be fixed: it never repeats under a key.
    private static ReadOnlySpan<byte> Nonce => new byte[12];

    /// <summary>Whether the bytes begin like a box of this or a later format.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <summary>Seals plaintext under a key that is derived from a credential.</summary>
    public static byte[] Seal(string credential, ReadOnlySpan<byte> plaintext)
    {
        var box = new byte[HeaderSize + plaintext.Length + TagSize];
        Magic.CopyTo(box);
        box[FormatAt] = Format;
        RandomNumberGenerator.Fill(box.AsSpan(SaltStart, SaltSize));
        Span<byte> keys = stackalloc byte[KeySize + CommitmentSize];
        try
        {
            Derive(credential, box.AsSpan(SaltStart, SaltSize), keys);
            keys[KeySize..].CopyTo(box.AsSpan(CommitmentStart));
            using var aes = new AesGcm(keys[..KeySize], TagSize);
            aes.Encrypt(Nonce, plaintext, box.AsSpan(HeaderSize, plaintext.Length), box.AsSpan(^TagSize..), box.AsSpan(0, HeaderSize));
            return box;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    /// <summary>Opens a box; <c>null</c> where it was sealed under another credential or was changed.</summary>
    public static byte[]? Open(string credential, ReadOnlySpan<byte> box)
    {
        if (box.Length < HeaderSize + TagSize || !IsOne(box) || box[FormatAt] != Format)
        {
            return null;
        }

        Span<byte> keys = stackalloc byte[KeySize + CommitmentSize];
        var plaintext = new byte[box.Length - HeaderSize - TagSize];
        try
        {
            Derive(credential, box.Slice(SaltStart, SaltSize), keys);
            if (!CryptographicOperations.FixedTimeEquals(keys[KeySize..], box.Slice(CommitmentStart, CommitmentSize)))
            {
                return null;
            }

            using var aes = new AesGcm(keys[..KeySize], TagSize);
            aes.Decrypt(Nonce, box[HeaderSize..^TagSize], box[^TagSize..], plaintext, box[..HeaderSize]);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    // HKDF (RFC 5869) with its extract step, because a credential is text and not 256 uniformly random bits.
    private static void Derive(string credential, ReadOnlySpan<byte> salt, Span<byte> keyAndCommitment)
    {
        var secret = Encoding.UTF8.GetBytes(credential);
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, keyAndCommitment, salt, "secronna fallback copy"u8);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
