using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace Secronna.EndToEndTests.Scanning;

/// <summary>A window of a text that was found: the text's name, the encoding, and the position of the window's first byte.</summary>
internal sealed record Hit(string Name, string Encoding, long Offset);

/// <summary>
/// Searches bytes for many texts at once, in every encoding that they might be stored in. Each text is cut into windows of 16 bytes
/// and each window is searched for, so that a remaining part of a large value is found too. A bitmap over the windows' first 8 bytes
/// excludes most of the memory; a dictionary decides the rest.
/// </summary>
internal sealed class NeedleSet
{
    public const int Window = 16;
    private const int BitmapBits = 25;

    private readonly ulong[] bitmap = new ulong[1 << (BitmapBits - 6)];
    private readonly Dictionary<ulong, List<Needle>> needles = [];

    /// <summary>The number of windows.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Adds a text: in UTF-8, escaped as in JSON, in UTF-16, in base64 and base64url at all three alignments, and in hex of both cases.
    /// </summary>
    public void Add(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AddWindows(name, "raw", bytes);
        AddWindows(name, "UTF-16", Encoding.Unicode.GetBytes(text));
        var escaped = Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(text)[1..^1]);
        if (!escaped.AsSpan().SequenceEqual(bytes))
        {
            AddWindows(name, "JSON", escaped);
        }

        foreach (var offset in Offsets(bytes.Length))
        {
            AddHex(name, bytes.AsSpan(offset));
            AddBase64(name, bytes.AsSpan(offset));
        }
    }

    /// <summary>Adds every hit in the bytes to a list. <paramref name="position"/> is the position of the first byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(ReadOnlySpan<byte> bytes, long position, List<Hit> hits)
    {
        for (var i = 0; i + Window <= bytes.Length; i++)
        {
            var head = BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]);
            if (head == 0)
            {
                // Most of the memory is zero. Skips to the first byte that is not, less 8 bytes, because a window may begin with zeros.
                i += Math.Max(0, bytes[i..].IndexOfAnyExcept((byte)0) is var zeros and >= 0 ? zeros - 8 : bytes.Length - i);
                continue;
            }

            var bit = Hash(head);
            if ((bitmap[bit >> 6] & (1UL << (int)(bit & 63))) != 0 && needles.TryGetValue(head, out var candidates))
            {
                Match(candidates, bytes.Slice(i, Window), position + i, hits);
            }
        }
    }

    private static void Match(List<Needle> candidates, ReadOnlySpan<byte> window, long offset, List<Hit> hits)
    {
        var tail = BinaryPrimitives.ReadUInt64LittleEndian(window[8..]);
        foreach (var needle in candidates)
        {
            if (needle.Tail == tail)
            {
                hits.Add(new Hit(needle.Name, needle.Encoding, offset));
            }
        }
    }

    private void AddWindows(string name, string encoding, ReadOnlySpan<byte> bytes)
    {
        foreach (var offset in Offsets(bytes.Length))
        {
            Add(name, encoding, bytes.Slice(offset, Window));
        }
    }

    // 8 bytes are 16 characters in hex, which is one window.
    private void AddHex(string name, ReadOnlySpan<byte> bytes)
    {
        Add(name, "hex", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes[..(Window / 2)])));
        Add(name, "hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes[..(Window / 2)])));
    }

    // 12 bytes are 16 characters in base64, which is one window. The alignment depends on the bytes before the text.
    private void AddBase64(string name, ReadOnlySpan<byte> bytes)
    {
        for (var shift = 0; shift < 3; shift++)
        {
            var group = bytes.Slice(shift, Window * 3 / 4);
            Add(name, "base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(group)));
            Add(name, "base64url", Encoding.ASCII.GetBytes(Base64Url.EncodeToString(group)));
        }
    }

    // Covers all of the first 128 bytes, then one window in every 128 bytes, and the end.
    private static IEnumerable<int> Offsets(int length)
    {
        Assert.True(length >= Window, "the text is shorter than a window");
        for (var offset = 0; offset + Window <= length; offset += offset < 128 ? Window : 128)
        {
            yield return offset;
        }

        if (length % Window != 0)
        {
            yield return length - Window;
        }
    }

    private void Add(string name, string encoding, ReadOnlySpan<byte> window)
    {
        var head = BinaryPrimitives.ReadUInt64LittleEndian(window);
        var bit = Hash(head);
        bitmap[bit >> 6] |= 1UL << (int)(bit & 63);
        if (!needles.TryGetValue(head, out var list))
        {
            needles[head] = list = [];
        }

        list.Add(new Needle(name, encoding, BinaryPrimitives.ReadUInt64LittleEndian(window[8..])));
        Count++;
    }

    private static ulong Hash(ulong head) => (head * 0x9E37_79B9_7F4A_7C15) >> (64 - BitmapBits);

    private readonly record struct Needle(string Name, string Encoding, ulong Tail);
}
