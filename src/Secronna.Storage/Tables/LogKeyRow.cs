namespace Secronna.Storage.Tables;

/// <summary>A key that signs checkpoints.</summary>
/// <param name="Number">The key's number, counted from 1.</param>
/// <param name="PublicKey">The public key.</param>
/// <param name="WrappedSeed">The private key, wrapped under the installation key (S2).</param>
/// <param name="CreatedAt">From when on it signed, in microseconds since 1970.</param>
/// <param name="RetiredAt">Until when it signed; <c>null</c> for the key that signs now.</param>
public sealed record LogKeyRow(int Number, byte[] PublicKey, byte[] WrappedSeed, long CreatedAt, long? RetiredAt);
