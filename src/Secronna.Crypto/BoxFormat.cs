namespace Secronna.Crypto;

/// <summary>What every box of this format has in common.</summary>
internal static class BoxFormat
{
    /// <summary>First byte of every box. A box with another one is refused (S6).</summary>
    internal const byte Format = 1;

    /// <summary>Second byte: AES-256-GCM (NIST SP 800-38D); in a value box with HKDF-SHA256 and a key commitment.</summary>
    internal const byte Algorithm = 1;

    /// <summary>Second byte of a key that a service wrapped in a form of its own.</summary>
    internal const byte ServiceAlgorithm = 2;

    internal const int KeySize = 32;
    internal const int NonceSize = 12;
    internal const int TagSize = 16;

    /// <summary>True if the box starts with the one format there is, and the algorithm that we have the keys for.</summary>
    internal static bool IsKnown(ReadOnlySpan<byte> box) => box[0] == Format && box[1] == Algorithm;

    /// <exception cref="ArgumentException">The key isn't 32 bytes long.</exception>
    internal static void RequireKey(ReadOnlySpan<byte> key, string parameter)
    {
        if (key.Length != KeySize)
            throw new ArgumentException("A key is 32 bytes long.", parameter);
    }
}
