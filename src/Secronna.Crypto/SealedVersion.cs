namespace Secronna.Crypto;

/// <summary>A version as it is stored: nothing in it is secret.</summary>
/// <param name="WrappedDataKey">The version's data key, wrapped by its project's KEK (S4): 78 bytes.</param>
/// <param name="Ciphertext">The value box (S5): 62 bytes more than the value.</param>
public sealed record SealedVersion(byte[] WrappedDataKey, byte[] Ciphertext);
