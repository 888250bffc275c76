using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Secronna.Client.Testing.Errors;

namespace Secronna.Client.Testing.Http;

/// <summary>Pages of lists. A cursor is an authenticated position, and only the list that gave it accepts it.</summary>
internal static class FakePages
{
    private const int TagSize = HMACSHA256.HashSizeInBytes;

    /// <summary>The page of a list that a request asks for.</summary>
    /// <param name="request">The request, with its cursor and limit.</param>
    /// <param name="rows">All rows of the list, in any order.</param>
    /// <param name="position">A row's position. Positions are unique, and order the list by their UTF-16 code units.</param>
    /// <param name="convert">Converts a row to the item that the page shows.</param>
    /// <param name="json">The JSON shape of an item.</param>
    /// <param name="isDescending">Whether the list starts with the highest position.</param>
    public static FakeAnswer Page<TRow, T>(
        FakeRequest request, IEnumerable<TRow> rows, Func<TRow, string> position, Func<TRow, T> convert, JsonTypeInfo<T> json,
        bool isDescending = false)
    {
        var (after, limit) = request.Page;
        var direction = isDescending ? -1 : 1;
        var order = Comparer<string>.Create((left, right) => direction * string.CompareOrdinal(left, right));
        var rest = rows.Where(row => after is null || order.Compare(position(row), after) > 0)
            .OrderBy(position, order).Take(limit + 1).ToList();
        var next = rest.Count > limit ? EncodeCursor(request, position(rest[limit - 1])) : null;
        return FakeAnswer.Page([.. rest.Take(limit).Select(convert)], next, json);
    }

    /// <summary>The position that a cursor holds.</summary>
    /// <exception cref="FakeError">VALIDATION_ERROR: this list did not give the cursor.</exception>
    public static string DecodeCursor(FakeRequest request, string cursor)
    {
        var bytes = Base64Url.IsValid(cursor) ? Base64Url.DecodeFromChars(cursor) : [];
        return bytes.Length >= TagSize && Tag(request, bytes[TagSize..]).AsSpan().SequenceEqual(bytes.AsSpan(0, TagSize))
            ? Encoding.UTF8.GetString(bytes, TagSize, bytes.Length - TagSize)
            : throw FakeErrors.Invalid("cursor", "is not a cursor of this list");
    }

    private static string EncodeCursor(FakeRequest request, string position)
    {
        var bytes = Encoding.UTF8.GetBytes(position);
        return Base64Url.EncodeToString([.. Tag(request, bytes), .. bytes]);
    }

    private static byte[] Tag(FakeRequest request, byte[] position) =>
        HMACSHA256.HashData(request.Workspace.MacKey, (byte[])[.. Encoding.UTF8.GetBytes(request.ListIdentity), 0, .. position]);
}
