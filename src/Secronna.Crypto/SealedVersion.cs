namespace Secronna.Crypto;

/// <summary>A version of a secret as it is stored. Nothing in it is secret.</summary>
/// <param name="WrappedDataKey">The version's data key, wrapped by the project's KEK (S4): 78 bytes.</param>
/// <param name="Ciphertext">The value box (S5): 62 bytes more than the value.</param>
public sealed record SealedVersion(byte[] WrappedDataKey, byte[] Ciphertext);
