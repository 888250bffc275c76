using System.Buffers.Binary;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The head of a CBOR item: its type and a number, in as few bytes as the number allows (RFC 8949 section 4.2.1). A number below
/// 24 stands in the first byte. A larger one follows the first byte in 1, 2 or 4 bytes, which 24, 25 or 26 announces.
/// </summary>
internal static class CborHead
{
    /// <summary>The most bytes that a head has. Numbers have at most 31 bits here.</summary>
    public const int MaxSize = 5;

    private const int InOneByte = 24;
    private const int InTwoBytes = 25;
    private const int InFourBytes = 26;

    /// <summary>Writes a head and returns its size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static int Write(Span<byte> destination, CborType type, int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var major = (int)type << 5;
        switch (number)
        {
            case < InOneByte:
                destination[0] = (byte)(major | number);
                return 1;
            case <= byte.MaxValue:
                destination[1] = (byte)number;
                destination[0] = (byte)(major | InOneByte);
                return 2;
            case <= ushort.MaxValue:
                BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)number);
                destination[0] = (byte)(major | InTwoBytes);
                return 3;
            default:
                BinaryPrimitives.WriteInt32BigEndian(destination[1..], number);
                destination[0] = (byte)(major | InFourBytes);
                return MaxSize;
        }
    }

    /// <summary>Reads a head and returns its size.</summary>
    /// <exception cref="FormatException">The head is cut off, longer than it need be, of another type or above 31 bits.</exception>
    public static int Read(ReadOnlySpan<byte> source, out CborType type, out int number)
    {
        if (source.IsEmpty)
        {
            throw new FormatException("The entry is cut off.");
        }

        type = (CborType)(source[0] >> 5);
        number = source[0] & 0x1f;
        return number < InOneByte ? 1 : ReadLonger(source, ref number);
    }

    private static int ReadLonger(ReadOnlySpan<byte> source, ref int number)
    {
        var (size, least) = number switch
        {
            InOneByte => (2, InOneByte),
            InTwoBytes => (3, byte.MaxValue + 1),
            InFourBytes => (MaxSize, ushort.MaxValue + 1),
            _ => throw new FormatException("An item of the entry has a form that entries do not use."),
        };
        if (source.Length < size)
        {
            throw new FormatException("The entry is cut off.");
        }

        number = size switch
        {
            2 => source[1],
            3 => BinaryPrimitives.ReadUInt16BigEndian(source[1..]),
            _ => BinaryPrimitives.ReadInt32BigEndian(source[1..]),
        };
        return number >= least ? size : throw new FormatException("A number of the entry is too large or longer than it need be.");
    }
}
