using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Installation;

namespace Secronna.Server.Http;

/// <summary>
/// Cursors: a position, authenticated together with the list and the workspace that it is of, so that only what the
/// server gave comes back to it.
/// </summary>
internal sealed class Cursors(InstallationKeys keys)
{
    private const int TagSize = KeyedHash.Size;
    private const int MostCharacters = 1_024;

    public string Encode(string list, string position)
    {
        var bytes = Encoding.UTF8.GetBytes(position);
        Span<byte> cursor = [.. Tag(list, bytes), .. bytes];
        return Base64Url.EncodeToString(cursor);
    }

    /// <exception cref="RequestException">VALIDATION_ERROR: not a cursor of this list.</exception>
    public string Decode(string list, string cursor)
    {
        Span<byte> bytes = stackalloc byte[MostCharacters];
        if (cursor.Length > MostCharacters
            || Base64Url.DecodeFromChars(cursor, bytes, out _, out var length) != OperationStatus.Done
            || length < TagSize
            || !CryptographicOperations.FixedTimeEquals(bytes[..TagSize], Tag(list, bytes[TagSize..length])))
        {
            throw Errors.Invalid("cursor", "is not a cursor that this list gave");
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
