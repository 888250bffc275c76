namespace Secronna.Crypto;

/// <summary>The first two bytes of every box: the format and the algorithm.</summary>
internal static class BoxFormat
{
    /// <summary>The format byte, the first byte of every box. A box with another format byte is refused (S6).</summary>
    public const byte Format = 1;

    /// <summary>
    /// The algorithm byte for AES-256-GCM (NIST SP 800-38D). It is the second byte of a box. In a value box it also stands for
    /// HKDF-SHA256 and the key commitment.
    /// </summary>
    public const byte Algorithm = 1;

    /// <summary>The algorithm byte for a key that a key service wrapped in its own form.</summary>
    public const byte ServiceAlgorithm = 2;

    /// <summary>True if a box of two bytes or more starts with <see cref="Format"/> and <see cref="Algorithm"/>.</summary>
    public static bool IsKnown(ReadOnlySpan<byte> box) => box[0] == Format && box[1] == Algorithm;
}
