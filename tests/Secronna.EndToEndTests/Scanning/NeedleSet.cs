using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace Secronna.EndToEndTests.Scanning;

/// <summary>What was found where.</summary>
internal sealed record Hit(string Name, string Encoding, long Offset);

/// <summary>
/// Looks for many texts at once, in every encoding that they might be kept in. A text is cut into windows of 16 bytes,
/// and a window that is found counts: so a part left of a large value is found too. The windows are looked up by their
/// first 8 bytes, past a bitmap that most of memory doesn't pass.
/// </summary>
internal sealed class NeedleSet
{
    public const int Window = 16;
    private const int BitmapBits = 25;

    private readonly ulong[] bitmap = new ulong[1 << (BitmapBits - 6)];
    private readonly Dictionary<ulong, List<Needle>> needles = [];

    public int Count { get; private set; }

    /// <summary>Adds a text raw, as JSON has it, in UTF-16, in base64 at its three alignments, and in hex of both cases.</summary>
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

    /// <summary>Every hit; <paramref name="position"/> is where the bytes begin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(ReadOnlySpan<byte> bytes, long position, List<Hit> hits)
    {
        for (var i = 0; i + Window <= bytes.Length; i++)
        {
            var head = BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]);
            if (head == 0)
            {
                // Most of memory: on to the first byte that is not zero, less what a window might begin before it.
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

    // 8 bytes are 16 characters of hex.
    private void AddHex(string name, ReadOnlySpan<byte> bytes)
    {
        Add(name, "hex", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes[..(Window / 2)])));
        Add(name, "hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes[..(Window / 2)])));
    }

    // 12 bytes are 16 characters of base64; which three begin a group depends on what stands before the text.
    private void AddBase64(string name, ReadOnlySpan<byte> bytes)
    {
        for (var shift = 0; shift < 3; shift++)
        {
            var group = bytes.Slice(shift, Window * 3 / 4);
            Add(name, "base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(group)));
            Add(name, "base64url", Encoding.ASCII.GetBytes(Base64Url.EncodeToString(group)));
        }
    }

    // All of a small text; of a large one the beginning, the end, and a window in every 128 bytes.
    private static IEnumerable<int> Offsets(int length)
    {
        Assert.True(length >= Window, "too short to look for");
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
