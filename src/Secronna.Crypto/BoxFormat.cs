namespace Secronna.Crypto;

/// <summary>The first two bytes of every box: the format and the algorithm.</summary>
internal static class BoxFormat
{
    /// <summary>
    /// The format byte of keys that a master key wrapped. Versions have it if they were sealed before <see cref="WithKey"/>
    /// existed: their associated data does not hold the secret's key.
    /// </summary>
    public const byte First = 1;

    /// <summary>The format byte of versions whose associated data holds the secret's key (S6). All new versions have it.</summary>
    public const byte WithKey = 2;

    /// <summary>
    /// The algorithm byte for AES-256-GCM (NIST SP 800-38D). It is the second byte of a box. In a value box it also stands for
    /// HKDF-SHA256 and the key commitment.
    /// </summary>
    public const byte Algorithm = 1;

    /// <summary>The algorithm byte for a key that a key service wrapped in its own form.</summary>
    public const byte ServiceAlgorithm = 2;

    /// <summary>The format byte of a box. It is 0, which no box has, if there are no bytes.</summary>
    public static byte Of(ReadOnlySpan<byte> box) => box.IsEmpty ? (byte)0 : box[0];

    /// <summary>Whether a box of two bytes or more starts with this format and <see cref="Algorithm"/>.</summary>
    public static bool Starts(ReadOnlySpan<byte> box, byte format) => box[0] == format && box[1] == Algorithm;
}
