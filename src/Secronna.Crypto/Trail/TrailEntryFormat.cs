using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The bytes of the trail's entries, drawn in docs/formats.md. An entry is a map in deterministic CBOR (RFC 8949 section 4.2.1).
/// Its canonical bytes, which the trail's Merkle tree hashes, are the map behind the format, the sequence and the time.
/// </summary>
public static class TrailEntryFormat
{
    /// <summary>The first of an entry's canonical bytes.</summary>
    public const byte Format = 1;

    /// <summary>The most bytes that a new entry has.</summary>
    public const int MaxEntryBytes = 8_192;

    /// <summary>The most bytes that any entry has: with those before it in its canonical bytes, as many as a length of 16 bits tells.</summary>
    public const int MaxMigratedEntryBytes = ushort.MaxValue - CanonicalHeaderSize;

    private const int CanonicalHeaderSize = 1 + sizeof(long) + sizeof(long);
    private const int StackSize = 2 * MaxEntryBytes;

    /// <summary>
    /// Encodes an entry. Texts that are too long are cut, and end with their size and SHA-256. A lone surrogate becomes U+FFFD.
    /// </summary>
    /// <exception cref="TrailEntryTooLongException">
    /// The entry has more than <see cref="MaxEntryBytes"/>, because of its details, which are never cut.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of the entry is negative.</exception>
    public static byte[] Encode(TrailEntry entry) => EncodeUpTo(MaxEntryBytes, entry);

    /// <summary>
    /// Encodes an entry that was recorded before entries had the limit of <see cref="MaxEntryBytes"/>. It is cut in the same way.
    /// </summary>
    /// <exception cref="TrailEntryTooLongException">The entry has more than <see cref="MaxMigratedEntryBytes"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of the entry is negative.</exception>
    public static byte[] EncodeMigrated(TrailEntry entry) => EncodeUpTo(MaxMigratedEntryBytes, entry);

    /// <summary>
    /// How many bytes of UTF-8 the details of a new entry may have, if its other properties are those of this entry. It is 900 at
    /// least.
    /// </summary>
    [SkipLocalsInit]
    public static int RoomForDetails(TrailEntry entry)
    {
        // Key and head of the text, and the longer head of a map of more pairs.
        const int Overhead = 1 + 3 + 1;
        Span<byte> buffer = stackalloc byte[MaxEntryBytes];
        return MaxEntryBytes - Overhead - TrailEntryEncoder.Write(entry with { Details = null }, buffer).Length;
    }

    /// <summary>Decodes an entry of the given workspace.</summary>
    /// <exception cref="FormatException">
    /// The bytes are not exactly those that <see cref="EncodeMigrated"/> makes of the entry that they describe.
    /// </exception>
    [SkipLocalsInit]
    public static TrailEntry Decode(string workspaceId, ReadOnlySpan<byte> entry)
    {
        if (entry.Length > MaxMigratedEntryBytes)
        {
            throw new FormatException("The entry is too long.");
        }

        var decoded = TrailEntryDecoder.Read(workspaceId, entry);
        var size = TrailText.MaxSizeOf(decoded);
        var again = TrailEntryEncoder.Write(decoded, size <= StackSize ? stackalloc byte[StackSize] : new byte[size]);
        return again.SequenceEqual(entry) ? decoded : throw new FormatException("The entry is not encoded as entries are.");
    }

    /// <summary>The size of the canonical bytes of an entry that has this many bytes.</summary>
    public static int CanonicalLength(int entryLength) => CanonicalHeaderSize + entryLength;

    /// <summary>Writes the canonical bytes of an entry at its place in the trail.</summary>
    /// <param name="sequence">The entry's number, counted from 1.</param>
    /// <param name="at">When it was recorded, in microseconds since 1970 UTC.</param>
    /// <param name="entry">The encoded entry.</param>
    /// <param name="destination">At least <see cref="CanonicalLength"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void WriteCanonical(long sequence, long at, ReadOnlySpan<byte> entry, Span<byte> destination)
    {
        if (destination.Length < CanonicalLength(entry.Length))
        {
            throw new ArgumentException("The destination is too short for the canonical bytes.", nameof(destination));
        }

        destination[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(destination[1..], sequence);
        BinaryPrimitives.WriteInt64BigEndian(destination[(1 + sizeof(long))..], at);
        entry.CopyTo(destination[CanonicalHeaderSize..]);
    }

    /// <summary>Reads an entry's canonical bytes. Returns false if they are none, or of a format that this program does not know.</summary>
    /// <param name="canonical">The canonical bytes.</param>
    /// <param name="sequence">The entry's number, counted from 1.</param>
    /// <param name="at">When it was recorded, in microseconds since 1970 UTC.</param>
    /// <param name="entry">The encoded entry, which is not looked at. It is a part of the canonical bytes.</param>
    public static bool TryReadCanonical(ReadOnlySpan<byte> canonical, out long sequence, out long at, out ReadOnlySpan<byte> entry)
    {
        (sequence, at) = (0, 0);
        entry = default;
        if (canonical.Length <= CanonicalHeaderSize || canonical[0] != Format)
        {
            return false;
        }

        sequence = BinaryPrimitives.ReadInt64BigEndian(canonical[1..]);
        at = BinaryPrimitives.ReadInt64BigEndian(canonical[(1 + sizeof(long))..]);
        entry = canonical[CanonicalHeaderSize..];
        return true;
    }

    [SkipLocalsInit]
    private static byte[] EncodeUpTo(int maxSize, TrailEntry entry)
    {
        // A char has one byte of UTF-8 at least. So the buffer is bounded, whatever the details are.
        if (entry.Details?.Length > maxSize)
        {
            throw new TrailEntryTooLongException(maxSize);
        }

        var size = TrailText.MaxSizeOf(entry);
        var bytes = TrailEntryEncoder.Write(entry, size <= StackSize ? stackalloc byte[StackSize] : new byte[size]);
        return bytes.Length <= maxSize ? bytes.ToArray() : throw new TrailEntryTooLongException(maxSize);
    }
}
