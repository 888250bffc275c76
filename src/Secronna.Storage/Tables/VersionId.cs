namespace Secronna.Storage.Tables;

/// <summary>Identifies a version by the secret's id and the version's number.</summary>
public readonly record struct VersionId(string SecretId, int Version);
