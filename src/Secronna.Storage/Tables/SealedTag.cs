namespace Secronna.Storage.Tables;

/// <summary>
/// The authentication tag of a ciphertext. It has a column of its own, so that a revision is computed without reading
/// ciphertexts.
/// </summary>
public static class SealedTag
{
    // The migration that filled the column has the same number.
    private const int Size = 16;

    /// <summary>The tag: the last 16 bytes of a ciphertext. A shorter one, which no box is, is its own tag.</summary>
    public static byte[] Of(byte[] ciphertext) => ciphertext[^Math.Min(Size, ciphertext.Length)..];
}
