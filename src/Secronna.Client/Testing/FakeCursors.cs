using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Secronna.Client.Testing;

/// <summary>Pages of lists, and their cursors: a position, which only the list that gave it takes.</summary>
internal static class FakeCursors
{
    private const int TagSize = HMACSHA256.HashSizeInBytes;

    /// <summary>
    /// A page in the order of the rows' positions, which sort by their characters.
    /// </summary>
    /// <param name="request">Which page.</param>
    /// <param name="rows">All rows, in any order.</param>
    /// <param name="position">Where a row stands in the order; no two rows stand at the same place.</param>
    /// <param name="convert">What is shown of a row.</param>
    /// <param name="json">How.</param>
    /// <param name="isDescending">Whether the last comes first.</param>
    public static FakeAnswer Page<TRow, T>(
        FakeRequest request, IEnumerable<TRow> rows, Func<TRow, string> position, Func<TRow, T> convert, JsonTypeInfo<T> json,
        bool isDescending = false)
    {
        var (after, limit) = request.Page;
        var direction = isDescending ? -1 : 1;
        var order = Comparer<string>.Create((left, right) => direction * string.CompareOrdinal(left, right));
        var rest = rows.Where(row => after is null || order.Compare(position(row), after) > 0)
            .OrderBy(position, order).Take(limit + 1).ToList();
        var next = rest.Count > limit ? Encode(request, position(rest[limit - 1])) : null;
        return FakeAnswer.Page([.. rest.Take(limit).Select(convert)], next, json);
    }

    /// <exception cref="FakeError">VALIDATION_ERROR: not a cursor of this list.</exception>
    public static string Decode(FakeRequest request, string cursor)
    {
        var bytes = Base64Url.IsValid(cursor) ? Base64Url.DecodeFromChars(cursor) : [];
        return bytes.Length >= TagSize && Tag(request, bytes[TagSize..]).AsSpan().SequenceEqual(bytes.AsSpan(0, TagSize))
            ? Encoding.UTF8.GetString(bytes, TagSize, bytes.Length - TagSize)
            : throw FakeErrors.Invalid("cursor", "is not a cursor that this list gave");
    }

    private static string Encode(FakeRequest request, string position)
    {
        var bytes = Encoding.UTF8.GetBytes(position);
        return Base64Url.EncodeToString([.. Tag(request, bytes), .. bytes]);
    }

    private static byte[] Tag(FakeRequest request, byte[] position) =>
        HMACSHA256.HashData(request.Workspace.Key, (byte[])[.. Encoding.UTF8.GetBytes(request.ListName), 0, .. position]);
}
