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
    // The two rows, the heads of their twelve texts and arrays, and the entry of a dictionary.
    private const int BytesOfObjects = 600;

    /// <summary>Whether every reveal of values of its environment must give a reason.</summary>
    public bool RequiresReason { get; init; }

    /// <summary>About how much memory the row takes, in bytes.</summary>
    internal long MemoryBytes => BytesOfObjects + WrappedDataKey.Length + Ciphertext.Length + Tag.Length + (sizeof(char)
        * (Secret.Id.Length + Secret.WorkspaceId.Length + Secret.ProjectId.Length + Secret.EnvironmentId.Length + KekId.Length
            + Secret.ProjectSlug.Length + Secret.EnvironmentSlug.Length + Secret.Key.Length + Secret.Path.Length));

    /// <summary>
    /// Whether the tag is the ciphertext's. If it is not, a revision was computed from something else than what would be opened.
    /// </summary>
    public bool HasOwnTag => Tag.AsSpan().SequenceEqual(SealedTag.Of(Ciphertext));
}
