using Secronna.Crypto.Trail;

namespace Secronna.Server.Trail;

/// <summary>Makes the canonical bytes of entries, which the tree hashes, in one buffer.</summary>
internal sealed class CanonicalBuffer
{
    private byte[] buffer = [];

    /// <summary>The canonical bytes of an entry. They are valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(long sequence, long at, ReadOnlySpan<byte> entry)
    {
        var length = TrailEntryFormat.CanonicalLength(entry.Length);
        if (buffer.Length < length)
        {
            buffer = new byte[2 * length];
        }

        TrailEntryFormat.WriteCanonical(sequence, at, entry, buffer);
        return buffer.AsSpan(0, length);
    }
}
