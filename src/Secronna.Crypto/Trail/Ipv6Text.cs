using System.Buffers.Binary;
using System.Globalization;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The canonical text of an IPv6 address (RFC 5952 section 4): eight groups of lower-case hex without leading zeros. The longest
/// run of two or more zero groups is written as <c>::</c>; of equally long runs, the first. No part is ever decimal. Each address
/// has exactly one such text.
/// </summary>
internal static class Ipv6Text
{
    /// <summary>The number of bytes of an address.</summary>
    public const int Size = 16;

    private const int Groups = 8;
    private const int SizeOfGroup = 2;
    private const int MaxLength = (Groups * 4) + (Groups - 1);
    private const string Gap = "::";

    /// <summary>Writes the bytes of a text. Returns false if it is not the canonical text of an address.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var gap = text.IndexOf(Gap, StringComparison.Ordinal);
        Span<byte> end = stackalloc byte[Size];
        if (!TryReadGroups(gap < 0 ? text : text[..gap], bytes, out var startSize)
            || !TryReadGroups(gap < 0 ? [] : text[(gap + Gap.Length)..], end, out var endSize)
            || startSize + endSize > Size)
        {
            return false;
        }

        bytes[startSize..].Clear();
        end[..endSize].CopyTo(bytes[^endSize..]);
        Span<char> canonical = stackalloc char[MaxLength];
        return text.SequenceEqual(canonical[..Write(bytes, canonical)]);
    }

    /// <summary>The text of 16 bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[MaxLength];
        return text[..Write(bytes, text)].ToString();
    }

    private static bool TryReadGroups(ReadOnlySpan<char> text, Span<byte> bytes, out int size)
    {
        size = 0;
        if (text.IsEmpty)
        {
            return true;
        }

        foreach (var group in text.Split(':'))
        {
            if (size == Size || !ushort.TryParse(text[group], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            BinaryPrimitives.WriteUInt16BigEndian(bytes[size..], value);
            size += SizeOfGroup;
        }

        return true;
    }

    private static int Write(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var (gap, gapGroups) = LongestZeros(bytes);
        var length = 0;
        for (var group = 0; group < Groups; group++)
        {
            if (group == gap)
            {
                Gap.CopyTo(text[length..]);
                length += Gap.Length;
                group += gapGroups - 1;
                continue;
            }

            if (length > 0 && text[length - 1] != ':')
            {
                text[length++] = ':';
            }

            GroupAt(bytes, group).TryFormat(text[length..], out var written, "x", CultureInfo.InvariantCulture);
            length += written;
        }

        return length;
    }

    private static (int Start, int Groups) LongestZeros(ReadOnlySpan<byte> bytes)
    {
        var longest = (Start: -1, Groups: 1);
        for (var (group, start) = (0, 0); group < Groups; group++)
        {
            if (GroupAt(bytes, group) != 0)
            {
                start = group + 1;
            }
            else if (group + 1 - start > longest.Groups)
            {
                longest = (start, group + 1 - start);
            }
        }

        return longest;
    }

    private static ushort GroupAt(ReadOnlySpan<byte> bytes, int group) =>
        BinaryPrimitives.ReadUInt16BigEndian(bytes[(group * SizeOfGroup)..]);
}
