using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Derives the AES key of a value box, and the commitment to it, from a data key (S5). The derivation is HKDF-Expand with SHA-256
/// alone: a data key is uniformly random already, so there is no extract step (RFC 5869 section 3.3).
/// </summary>
/// <remarks>
/// AES-GCM does not commit to its key: an attacker can make one ciphertext that opens under two keys. The commitment is a second
/// output of the same expansion, so a box whose commitment matches was made with this data key.
/// </remarks>
internal static class ValueKey
{
    /// <summary>Size of the AES key and the commitment together.</summary>
    public const int Size = Aes256Gcm.KeySize + CommitmentSize;

    /// <summary>Size of the commitment. With 256 bits, nobody can find two data keys that give the same commitment.</summary>
    public const int CommitmentSize = 32;

    private const int LabelSize = 18;

    /// <summary>Writes the AES key, followed by the commitment.</summary>
    public static void Derive(
        ReadOnlySpan<byte> dataKey, byte format, ReadOnlySpan<byte> nonce, Span<byte> keyAndCommitment)
    {
        // The info of the expansion: "secronna value key" | format | algorithm | nonce
        Span<byte> info = stackalloc byte[LabelSize + 2 + Aes256Gcm.NonceSize];
        "secronna value key"u8.CopyTo(info);
        info[LabelSize] = format;
        info[LabelSize + 1] = BoxFormat.Algorithm;
        nonce.CopyTo(info[(LabelSize + 2)..]);
        HKDF.Expand(HashAlgorithmName.SHA256, dataKey, keyAndCommitment, info);
    }
}
