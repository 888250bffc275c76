using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Secronna.Crypto.Trail;

/// <summary>Base64 as notes have it (RFC 4648, section 4). Each sequence of bytes has exactly one text.</summary>
internal static class Base64Text
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <summary>Decodes. Whitespace, missing padding and bits that the padding should leave zero are refused.</summary>
    public static bool TryDecode(string text, out byte[] bytes)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(utf8.Length)];
        var isDecoded = Base64.DecodeFromUtf8(utf8, decoded, out _, out var size) == OperationStatus.Done
            && Encode(decoded.AsSpan(0, size)) == text;
        bytes = isDecoded ? decoded[..size] : [];
        return isDecoded;
    }
}
