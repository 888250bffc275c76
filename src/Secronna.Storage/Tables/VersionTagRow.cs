namespace Secronna.Storage.Tables;

/// <summary>A version without its sealed content, but with what tells one content from another.</summary>
/// <param name="Secret">The secret.</param>
/// <param name="Version">The version's number.</param>
/// <param name="Tag">The tag of the ciphertext; empty where it is missing.</param>
/// <param name="SealedBytes">The length of the ciphertext in bytes; 0 where it is missing.</param>
public sealed record VersionTagRow(SecretRow Secret, int Version, byte[] Tag, int SealedBytes);
