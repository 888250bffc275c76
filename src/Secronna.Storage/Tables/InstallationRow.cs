namespace Secronna.Storage.Tables;

/// <summary>The installation, with its key.</summary>
/// <param name="CreatedAt">When the installation was created, in microseconds since 1970.</param>
/// <param name="ActiveMasterKeyId">The id of the active master key.</param>
/// <param name="WrappedKey">The installation key, wrapped by the active master key (S2, S8).</param>
public sealed record InstallationRow(long CreatedAt, string ActiveMasterKeyId, byte[] WrappedKey);
