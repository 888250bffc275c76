using System.Buffers.Binary;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The entries of a segment, each behind its length as 16 bits, big endian (docs/formats.md). Enumerates the entries, which are
/// parts of the segment's bytes, without allocating.
/// </summary>
public ref struct TrailSegment(ReadOnlySpan<byte> entries)
{
    /// <summary>The most bytes that a segment of several entries has. An entry that needs more has a segment of its own.</summary>
    public const int MaxBytes = 65_536;

    internal const int LengthSize = sizeof(ushort);

    private ReadOnlySpan<byte> rest = entries;

    /// <summary>The entry that <see cref="MoveNext"/> found.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>This enumerator, so that <c>foreach</c> takes a segment.</summary>
    public readonly TrailSegment GetEnumerator() => this;

    /// <summary>Goes on to the next entry, and returns whether there is one.</summary>
    /// <exception cref="FormatException">An entry is cut off or empty.</exception>
    public bool MoveNext()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        var length = rest.Length < LengthSize ? 0 : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (length == 0 || length > rest.Length - LengthSize)
        {
            throw new FormatException("An entry of the segment is cut off.");
        }

        Current = rest.Slice(LengthSize, length);
        rest = rest[(LengthSize + length)..];
        return true;
    }
}
