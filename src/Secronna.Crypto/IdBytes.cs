using System.Buffers;
using System.Text.Unicode;

namespace Secronna.Crypto;

/// <summary>Writes ids and labels as UTF-8 bytes, which are then authenticated or hashed.</summary>
internal static class IdBytes
{
    /// <summary>The most bytes that an id may have.</summary>
    public const int MaxSize = 128;

    /// <summary>
    /// Writes the id as UTF-8. Returns false if the id is null, empty, longer than the destination, or has a lone surrogate:
    /// replacing the surrogate would give two different ids the same bytes.
    /// </summary>
    public static bool TryWrite(string? id, Span<byte> destination, out int size)
    {
        var status = Utf8.FromUtf16(id, destination, out _, out size, replaceInvalidSequences: false);
        return status == OperationStatus.Done && size > 0;
    }
}
