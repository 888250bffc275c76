namespace Secronna.Storage.Engine;

/// <summary>An entry of a trail as bytes. The storage does not look into it.</summary>
/// <param name="WorkspaceId">The workspace's id, or <see cref="Installation"/>.</param>
/// <param name="Bytes">The encoded entry, of at most <see cref="MaxBytes"/> bytes.</param>
/// <param name="NotBefore">The entry's time is not before this one. Microseconds since 1970.</param>
/// <param name="Receipt">Learns the entry's sequence number once the entry is durable; <c>null</c> if nobody asks for it.</param>
public readonly record struct EncodedEntry(
    string WorkspaceId, ReadOnlyMemory<byte> Bytes, long NotBefore = 0, TrailReceipt? Receipt = null)
{
    /// <summary>The <see cref="WorkspaceId"/> of entries that belong to the whole installation.</summary>
    public const string Installation = "";

    /// <summary>The format of the entries that this program writes. Each segment names the format of its entries.</summary>
    public const int Format = 1;

    /// <summary>The most bytes of an entry: its length is stored in 16 bits.</summary>
    public const int MaxBytes = ushort.MaxValue;
}
