using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Encodings.Web;

namespace Secronna.Server.Http;

/// <summary>
/// Writes values as JSON strings straight into the response's buffers, which are zeroed before they are used again (S27). It
/// asks for small pieces, because the pool would serve a piece larger than its blocks from the heap.
/// </summary>
internal static class PlaintextWriter
{
    private const int PieceSize = 64;
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Writes bytes as they are.</summary>
    public static void WriteRaw(this PipeWriter writer, ReadOnlySpan<byte> bytes) => writer.Write(bytes);

    /// <summary>Writes the value as the inside of a JSON string, without the quotes.</summary>
    public static void WriteEscaped(this PipeWriter writer, ReadOnlySpan<byte> value)
    {
        while (!value.IsEmpty)
        {
            Encoder.EncodeUtf8(value, writer.GetSpan(PieceSize), out var consumed, out var written);
            writer.Advance(written);
            value = value[consumed..];
        }
    }

    /// <summary>The number of bytes that <see cref="WriteEscaped"/> will write.</summary>
    public static long EscapedLength(ReadOnlySpan<byte> value)
    {
        var first = Encoder.FindFirstCharacterToEncodeUtf8(value);
        if (first < 0)
        {
            return value.Length;
        }

        long length = first;
        value = value[first..];
        Span<byte> piece = stackalloc byte[256];
        try
        {
            while (!value.IsEmpty)
            {
                Encoder.EncodeUtf8(value, piece, out var consumed, out var written);
                length += written;
                value = value[consumed..];
            }

            return length;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(piece);
        }
    }
}
