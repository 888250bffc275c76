namespace Secronna.Storage.Tables;

/// <summary>A data key that was wrapped again, by another KEK.</summary>
/// <param name="Id">The version.</param>
/// <param name="Before">The data key as the old KEK wrapped it.</param>
/// <param name="WrappedDataKey">The data key as the new KEK wraps it.</param>
public sealed record RewrappedDataKey(VersionId Id, byte[] Before, byte[] WrappedDataKey);
