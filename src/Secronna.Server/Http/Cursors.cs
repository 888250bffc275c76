using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Installation;

namespace Secronna.Server.Http;

/// <summary>
/// Makes and reads cursors. A cursor is a sealed position in a list. Nobody but the server can read the position, which may be
/// that of a row that the caller must not see (S23). The server accepts only cursors that it gave for the same list in the same
/// workspace.
/// </summary>
internal sealed class Cursors(InstallationKeys keys)
{
    private const int TagSize = KeyedHash.Size;
    private const int MaxCharacters = 1_024;

    // All positions are filled up to this length, so that the length of a cursor tells nothing. The longest position has two ids
    // and a key.
    private const int PositionSize = 320;

    /// <summary>The cursor of a position. Equal positions of a list have equal cursors.</summary>
    /// <param name="list">Identifies the list and its workspace.</param>
    /// <param name="position">The position. It has no character U+0000.</param>
    public string Encode(string list, string position)
    {
        var size = Encoding.UTF8.GetByteCount(position);
        Span<byte> cursor = stackalloc byte[TagSize + PositionSize];
        var bytes = cursor[TagSize..];
        bytes.Clear();
        Encoding.UTF8.GetBytes(position, bytes[..size]);
        Tag(list, bytes, cursor[..TagSize]);
        keys.MaskCursor(cursor[..TagSize], bytes);
        return Base64Url.EncodeToString(cursor);
    }

    /// <summary>The position of a cursor.</summary>
    /// <exception cref="RequestException">VALIDATION_ERROR: the text is not a cursor of this list.</exception>
    public string Decode(string list, string cursor)
    {
        Span<byte> bytes = stackalloc byte[MaxCharacters];
        if (cursor.Length > MaxCharacters
            || Base64Url.DecodeFromChars(cursor, bytes, out _, out var length) != OperationStatus.Done
            || length != TagSize + PositionSize)
        {
            throw Errors.Invalid("cursor", "is not a cursor of this list");
        }

        var position = bytes[TagSize..length];
        keys.MaskCursor(bytes[..TagSize], position);
        Span<byte> tag = stackalloc byte[TagSize];
        Tag(list, position, tag);
        return CryptographicOperations.FixedTimeEquals(bytes[..TagSize], tag)
            ? Encoding.UTF8.GetString(position.TrimEnd((byte)0))
            : throw Errors.Invalid("cursor", "is not a cursor of this list");
    }

    private void Tag(string list, ReadOnlySpan<byte> position, Span<byte> tag) =>
        keys.HashCursor([.. Encoding.UTF8.GetBytes(list), 0, .. position], tag);
}
