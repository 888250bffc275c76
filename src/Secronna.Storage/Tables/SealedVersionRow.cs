namespace Secronna.Storage.Tables;

/// <summary>A version with its ciphertext and wrapped data key.</summary>
/// <param name="Secret">The secret.</param>
/// <param name="Version">The version's number.</param>
/// <param name="KekId">The id of the KEK that wraps the data key; empty where it is missing.</param>
/// <param name="WrappedDataKey">The wrapped data key; empty where it is missing.</param>
/// <param name="Ciphertext">The ciphertext; empty where it is missing.</param>
/// <param name="Tag">The tag in its own column; empty where it is missing.</param>
public sealed record SealedVersionRow(
    SecretRow Secret, int Version, string KekId, byte[] WrappedDataKey, byte[] Ciphertext, byte[] Tag)
{
    /// <summary>Whether every reveal of values of its environment must give a reason.</summary>
    public bool RequiresReason { get; init; }

    /// <summary>
    /// Whether the tag is the ciphertext's. If it is not, a revision was computed from something else than what would be opened.
    /// </summary>
    public bool HasOwnTag => Tag.AsSpan().SequenceEqual(SealedTag.Of(Ciphertext));
}
