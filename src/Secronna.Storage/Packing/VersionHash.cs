namespace Secronna.Storage.Packing;

/// <summary>Which ciphertext a version has.</summary>
/// <param name="SecretId">The secret's id.</param>
/// <param name="Version">The version's number.</param>
/// <param name="BoxHash">The SHA-256 of the sealed value, without the wrapped data key, so that no rotation changes it.</param>
public sealed record VersionHash(string SecretId, int Version, byte[] BoxHash);
