using System.Buffers;

namespace Secronna.Server.Trail.Index;

/// <summary>Numbers of one to ten bytes: seven bits a byte, the lowest first, and the highest bit says that another byte follows.</summary>
internal static class Varint
{
    public const int MaxBytes = 10;

    private const int Bits = 7;
    private const int More = 1 << Bits;

    public static void Write(IBufferWriter<byte> destination, long value)
    {
        var span = destination.GetSpan(MaxBytes);
        var (rest, size) = ((ulong)value, 0);
        while (rest >= More)
        {
            span[size++] = (byte)(rest | More);
            rest >>= Bits;
        }

        span[size++] = (byte)rest;
        destination.Advance(size);
    }

    /// <summary>Reads a number, and moves <paramref name="source"/> behind it.</summary>
    /// <exception cref="TrailDamagedException">The bytes are no number.</exception>
    public static long Read(ref ReadOnlySpan<byte> source)
    {
        var value = 0UL;
        for (var i = 0; i < Math.Min(source.Length, MaxBytes); i++)
        {
            value |= (ulong)(source[i] & (More - 1)) << (Bits * i);
            if (source[i] < More)
            {
                source = source[(i + 1)..];
                return (long)value;
            }
        }

        throw new TrailDamagedException("a page of the trail's index is damaged");
    }
}
