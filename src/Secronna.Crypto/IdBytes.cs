using System.Buffers;
using System.Text.Unicode;

namespace Secronna.Crypto;

/// <summary>Ids and labels as the bytes that are authenticated or hashed.</summary>
internal static class IdBytes
{
    internal const int MaxSize = 128;

    /// <summary>
    /// Writes the id as UTF-8. False if it is missing, empty, longer than <see cref="MaxSize"/> bytes or holds a lone
    /// surrogate: replacing one would let two different ids have the same bytes.
    /// </summary>
    internal static bool TryWrite(string? id, Span<byte> destination, out int size)
    {
        var status = Utf8.FromUtf16(id, destination[..MaxSize], out _, out size, replaceInvalidSequences: false);
        return status == OperationStatus.Done && size > 0;
    }
}
