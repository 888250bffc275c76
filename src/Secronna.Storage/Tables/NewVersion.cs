namespace Secronna.Storage.Tables;

/// <summary>A version to write. Version 1 creates its secret.</summary>
/// <param name="SecretId">The secret's id.</param>
/// <param name="Key">The secret's key.</param>
/// <param name="Version">The version's number.</param>
/// <param name="KekId">The id of the KEK that wraps the data key.</param>
/// <param name="WrappedDataKey">The wrapped data key.</param>
/// <param name="Ciphertext">The ciphertext.</param>
/// <param name="Kind">How it is made, such as written or restored.</param>
/// <param name="CreatedBy">The id of the caller who makes it.</param>
/// <param name="Comment">The caller's comment.</param>
public sealed record NewVersion(
    string SecretId, string Key, int Version, string KekId, byte[] WrappedDataKey, byte[] Ciphertext, string Kind, string CreatedBy,
    string? Comment)
{
    /// <summary>The bytes that the version adds to those that its workspace stores.</summary>
    public long StoredBytes => WrappedDataKey.Length + Ciphertext.Length;

    /// <summary>The tag of the ciphertext.</summary>
    public byte[] Tag => SealedTag.Of(Ciphertext);
}
