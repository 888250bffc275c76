using System.Globalization;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The form that addresses have in entries: a byte string of 4 or 16 bytes if the text is the canonical one of those bytes, and a
/// text string otherwise (docs/formats.md).
/// </summary>
internal static class TrailAddress
{
    private const int SizeOfIpv4 = 4;
    private const int NoDigitYet = -1;

    public static void Write(ref CborWriter writer, string address)
    {
        Span<byte> bytes = stackalloc byte[Ipv6Text.Size];
        if (TryReadIpv4(address, bytes))
        {
            writer.Bytes(bytes[..SizeOfIpv4]);
        }
        else if (Ipv6Text.TryRead(address, bytes))
        {
            writer.Bytes(bytes);
        }
        else
        {
            writer.Text(TrailText.Fit(address, TrailText.MaxIp));
        }
    }

    public static string Read(ref CborReader reader)
    {
        if (reader.Next == CborType.Text)
        {
            return reader.Text();
        }

        var bytes = reader.Bytes();
        return bytes.Length switch
        {
            SizeOfIpv4 => string.Create(CultureInfo.InvariantCulture, $"{bytes[0]}.{bytes[1]}.{bytes[2]}.{bytes[3]}"),
            Ipv6Text.Size => Ipv6Text.Of(bytes),
            _ => throw new FormatException("An address of the entry has the wrong length."),
        };
    }

    // Four decimal numbers without leading zeros.
    private static bool TryReadIpv4(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var (number, dots) = (NoDigitYet, 0);
        foreach (var character in text)
        {
            if (character == '.' && number != NoDigitYet && dots < SizeOfIpv4 - 1)
            {
                bytes[dots++] = (byte)number;
                number = NoDigitYet;
            }
            else if (!TryAppend(ref number, character))
            {
                return false;
            }
        }

        bytes[SizeOfIpv4 - 1] = (byte)number;
        return dots == SizeOfIpv4 - 1 && number != NoDigitYet;
    }

    private static bool TryAppend(ref int number, char digit)
    {
        if (!char.IsAsciiDigit(digit) || number == 0)
        {
            return false;
        }

        number = (Math.Max(number, 0) * 10) + (digit - '0');
        return number <= byte.MaxValue;
    }
}
