namespace Secronna.Storage.Tables;

/// <summary>A key that signs checkpoints.</summary>
/// <param name="Number">The key's number, counted from 1.</param>
/// <param name="PublicKey">The public key.</param>
/// <param name="WrappedSeed">The private key, wrapped under the installation key (S2).</param>
/// <param name="ActiveAt">From when on it signs, in microseconds since 1970; <c>null</c> for a key that is only announced.</param>
/// <param name="RetiredAt">Until when it signed; <c>null</c> for the key that signs now, and for one that is only announced.</param>
public sealed record LogKeyRow(int Number, byte[] PublicKey, byte[] WrappedSeed, long? ActiveAt, long? RetiredAt)
{
    /// <summary>Whether the key signs now.</summary>
    public bool IsCurrent => ActiveAt is not null && RetiredAt is null;
}
