using System.Buffers.Binary;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The text of a ULID, as ids end with it: 26 characters of lower-case Crockford base 32 for 128 bits. Each ULID has exactly one
/// text.
/// </summary>
internal static class Ulid
{
    /// <summary>The number of characters.</summary>
    public const int Length = 26;

    /// <summary>The number of bytes.</summary>
    public const int Size = 16;

    private const byte NoDigit = 0x80;

    // Two digits hold the first 8 of 128 bits. Twice twelve digits hold 60 bits each.
    private const int DigitsOfGroup = 12;

    private static readonly byte[] Digits = [.. Enumerable.Range(0, 128).Select(DigitOf)];

    private static ReadOnlySpan<byte> Alphabet => "0123456789abcdefghjkmnpqrstvwxyz"u8;

    /// <summary>Writes the bytes of a text. Returns false if the text is not the text of a ULID.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        // 26 digits hold 130 bits, so the first one uses three of its five bits.
        if (text.Length != Length || text[0] > '7')
        {
            return false;
        }

        uint wrong = 0;
        var start = Read(text[..2], ref wrong);
        var middle = Read(text.Slice(2, DigitsOfGroup), ref wrong);
        var end = Read(text[(2 + DigitsOfGroup)..], ref wrong);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (start << 56) | (middle >> 4));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (middle << 60) | end);
        return wrong == 0;
    }

    /// <summary>Writes the text of 16 bytes.</summary>
    public static void Write(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        Write(second, text[(2 + DigitsOfGroup)..Length]);
        Write((first << 4) | (second >> 60), text.Slice(2, DigitsOfGroup));
        Write(first >> 56, text[..2]);
    }

    // What is no digit leaves a bit above the lower seven in the sum, so the loop needs no branch.
    private static ulong Read(ReadOnlySpan<char> text, ref uint wrong)
    {
        ulong bits = 0;
        foreach (var character in text)
        {
            var digit = Digits[character & 127];
            wrong |= (uint)(digit & NoDigit) | (uint)(character & ~127);
            bits = (bits << 5) | digit;
        }

        return bits;
    }

    private static void Write(ulong bits, Span<char> text)
    {
        for (var i = text.Length - 1; i >= 0; i--, bits >>= 5)
        {
            text[i] = (char)Alphabet[(int)(bits & 31)];
        }
    }

    private static byte DigitOf(int character)
    {
        var digit = Alphabet.IndexOf((byte)character);
        return digit < 0 ? NoDigit : (byte)digit;
    }
}
