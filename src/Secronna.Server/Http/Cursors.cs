using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Installation;

namespace Secronna.Server.Http;

/// <summary>
/// Makes and reads cursors. A cursor is a position in a list. Its tag authenticates the position together with the list and the
/// workspace, so the server accepts only cursors that it gave for that list.
/// </summary>
internal sealed class Cursors(InstallationKeys keys)
{
    private const int TagSize = KeyedHash.Size;
    private const int MaxCharacters = 1_024;

    /// <summary>The cursor of a position.</summary>
    /// <param name="list">Identifies the list and its workspace.</param>
    /// <param name="position">The position; the cursor shows it, encoded, to the caller.</param>
    public string Encode(string list, string position)
    {
        var bytes = Encoding.UTF8.GetBytes(position);
        Span<byte> cursor = [.. Tag(list, bytes), .. bytes];
        return Base64Url.EncodeToString(cursor);
    }

    /// <summary>The position of a cursor.</summary>
    /// <exception cref="RequestException">VALIDATION_ERROR: the text is not a cursor of this list.</exception>
    public string Decode(string list, string cursor)
    {
        Span<byte> bytes = stackalloc byte[MaxCharacters];
        if (cursor.Length > MaxCharacters
            || Base64Url.DecodeFromChars(cursor, bytes, out _, out var length) != OperationStatus.Done
            || length < TagSize
            || !CryptographicOperations.FixedTimeEquals(bytes[..TagSize], Tag(list, bytes[TagSize..length])))
        {
            throw Errors.Invalid("cursor", "is not a cursor of this list");
        }

        return Encoding.UTF8.GetString(bytes[TagSize..length]);
    }

    private byte[] Tag(string list, ReadOnlySpan<byte> position)
    {
        var tag = new byte[TagSize];
        keys.HashCursor([.. Encoding.UTF8.GetBytes(list), 0, .. position], tag);
        return tag;
    }
}
