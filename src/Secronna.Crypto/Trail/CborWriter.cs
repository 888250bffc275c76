using System.Buffers;
using System.Text;

namespace Secronna.Crypto.Trail;

/// <summary>
/// Writes deterministic CBOR (RFC 8949 section 4.2.1), as far as entries need it: unsigned integers, byte strings and text
/// strings. The buffer must be large enough.
/// </summary>
internal ref struct CborWriter(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;

    /// <summary>The number of bytes written so far.</summary>
    public int Size { get; private set; }

    public void Number(int value) => Size += CborHead.Write(buffer[Size..], CborType.Number, value);

    public void Bytes(scoped ReadOnlySpan<byte> value) => value.CopyTo(Bytes(value.Length));

    /// <summary>Writes the head of a byte string, and returns the place of the bytes for the caller to fill.</summary>
    public Span<byte> Bytes(int size)
    {
        Size += CborHead.Write(buffer[Size..], CborType.Bytes, size);
        var bytes = buffer.Slice(Size, size);
        Size += size;
        return bytes;
    }

    /// <summary>Writes a text as UTF-8. A lone surrogate becomes U+FFFD.</summary>
    public void Text(scoped ReadOnlySpan<char> value)
    {
        // Most texts are ASCII, which has one byte a character, so their size is known before they are looked at.
        var headSize = CborHead.Write(buffer[Size..], CborType.Text, value.Length);
        if (Ascii.FromUtf16(value, buffer[(Size + headSize)..], out _) == OperationStatus.Done)
        {
            Size += headSize + value.Length;
            return;
        }

        Size += CborHead.Write(buffer[Size..], CborType.Text, Encoding.UTF8.GetByteCount(value));
        Size += Encoding.UTF8.GetBytes(value, buffer[Size..]);
    }
}
