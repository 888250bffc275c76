using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// What a data key gives for one value box: the AES key and the commitment to it (S5). HKDF-Expand with SHA-256 alone
/// (RFC 5869 section 3.3): a data key is uniformly random already, there is nothing to extract.
///
/// AES-GCM does not commit to its key: one ciphertext can be made that opens under two. The commitment is a second output
/// of the same expansion, so a box that matches it was made with this data key.
/// </summary>
internal static class ValueKey
{
    /// <summary>The AES key, then the commitment.</summary>
    internal const int Size = BoxFormat.KeySize + CommitmentSize;
    internal const int CommitmentSize = 32;

    private const int LabelSize = 18;

    internal static void Derive(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> nonce, Span<byte> keyAndCommitment)
    {
        // "secronna value key" | format | algorithm | nonce
        Span<byte> info = stackalloc byte[LabelSize + 2 + BoxFormat.NonceSize];
        "secronna value key"u8.CopyTo(info);
        info[LabelSize] = BoxFormat.Format;
        info[LabelSize + 1] = BoxFormat.Algorithm;
        nonce.CopyTo(info[(LabelSize + 2)..]);
        HKDF.Expand(HashAlgorithmName.SHA256, dataKey, keyAndCommitment, info);
    }
}
