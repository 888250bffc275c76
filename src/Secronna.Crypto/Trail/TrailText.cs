using System.Security.Cryptography;
using System.Text;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The texts of an entry, cut to the sizes that entries have room for. All limits together are below
/// <see cref="TrailEntryFormat.MaxEntryBytes"/>, so only <see cref="TrailEntry.Details"/>, which is never cut, can make an entry
/// too long.
/// </summary>
internal static class TrailText
{
    // Bytes of UTF-8.
    public const int MaxId = 128;
    public const int MaxActorId = 768;
    public const int MaxWord = 128;
    public const int MaxIp = 128;
    public const int MaxUserAgent = 512;
    public const int MaxKey = 256;
    public const int MaxPath = 512;
    public const int MaxName = 512;
    public const int MaxReason = 2_048;
    public const int MaxSubject = 1_024;

    // A char of UTF-16 has three bytes of UTF-8 at most.
    private const int MaxBytesOfChar = 3;

    /// <summary>The most bytes that the entry can need, once its texts are cut.</summary>
    public static int MaxSizeOf(TrailEntry entry) =>
        TrailEntryFormat.MaxEntryBytes + (MaxBytesOfChar * (entry.Details?.Length ?? 0));

    /// <summary>
    /// The text as an entry holds it. A lone surrogate becomes U+FFFD. A text of more bytes than the limit is cut, and ends with
    /// the size and the SHA-256 of the whole text. Doing this again changes nothing.
    /// </summary>
    public static string Fit(string text, int maxSize)
    {
        var isPlain = !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff');
        return isPlain && ((long)text.Length * MaxBytesOfChar <= maxSize || Encoding.UTF8.GetByteCount(text) <= maxSize)
            ? text
            : Cut(Encoding.UTF8.GetBytes(text), maxSize);
    }

    private static string Cut(ReadOnlySpan<byte> text, int maxSize)
    {
        if (text.Length <= maxSize)
        {
            return Encoding.UTF8.GetString(text);
        }

        var end = $"… ({text.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(text))})";
        return Encoding.UTF8.GetString(text[..StartSize(text, maxSize - Encoding.UTF8.GetByteCount(end))]) + end;
    }

    // The size of the longest start of the text that has no part of a character at its end.
    private static int StartSize(ReadOnlySpan<byte> text, int maxSize)
    {
        var size = maxSize;
        while (IsContinuation(text[size]))
        {
            size--;
        }

        return size;
    }

    private static bool IsContinuation(byte value) => (value & 0xc0) == 0x80;
}
