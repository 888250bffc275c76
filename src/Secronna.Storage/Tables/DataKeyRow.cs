namespace Secronna.Storage.Tables;

/// <summary>The wrapped data key of a version.</summary>
/// <param name="Id">The version.</param>
/// <param name="EnvironmentId">The environment's id. The wrapping is bound to this id, to the key and to the version.</param>
/// <param name="Key">The secret's key.</param>
/// <param name="WrappedDataKey">The wrapped data key.</param>
public sealed record DataKeyRow(VersionId Id, string EnvironmentId, string Key, byte[] WrappedDataKey);
