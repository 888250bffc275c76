using System.Numerics;

namespace Secronna.Crypto;

/// <summary>
/// Pinned arrays for reuse, all of them zero while they are here. A shelf for every power of two from 64 bytes to 1 MiB,
/// each holding at most 256 arrays and 4 MiB, so at most 36 MiB together; what is more or larger is left to the collector.
/// </summary>
internal sealed class PinnedArrayPool
{
    internal const int MinSize = 64;
    internal const int MaxSize = 1 << 20;

    private const int MaxShelfArrays = 256;
    private const int MaxShelfBytes = 4 << 20;

    private readonly Shelf[] _shelves = MakeShelves();

    internal static PinnedArrayPool Shared { get; } = new();

    /// <summary>An array of at least this length, all zero, that nobody else holds.</summary>
    internal byte[] Rent(int length)
    {
        if (length > MaxSize)
            return GC.AllocateArray<byte>(length, pinned: true);
        var shelf = _shelves[ShelfOf(length)];
        return shelf.Take() ?? GC.AllocateArray<byte>(shelf.ArraySize, pinned: true);
    }

    /// <summary>Takes back an array that was rented here, is all zero and that its holder has forgotten.</summary>
    internal void Return(byte[] array)
    {
        if (array.Length <= MaxSize)
            _shelves[ShelfOf(array.Length)].Put(array);
    }

    internal static int ShelfCapacity(int arraySize) => Math.Min(MaxShelfArrays, MaxShelfBytes / arraySize);

    internal int CountOf(int arraySize) => _shelves[ShelfOf(arraySize)].Count;

    private static int ShelfOf(int length) =>
        BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, MinSize)) / MinSize);

    private static Shelf[] MakeShelves()
    {
        var shelves = new Shelf[ShelfOf(MaxSize) + 1];
        for (var i = 0; i < shelves.Length; i++)
            shelves[i] = new Shelf(MinSize << i);
        return shelves;
    }

    private sealed class Shelf(int arraySize)
    {
        private readonly Lock _lock = new();
        private readonly byte[]?[] _arrays = new byte[]?[ShelfCapacity(arraySize)];
        private int _count;

        internal int ArraySize => arraySize;

        internal int Count => Volatile.Read(ref _count);

        internal byte[]? Take()
        {
            lock (_lock)
            {
                if (_count == 0)
                    return null;
                var array = _arrays[--_count];
                _arrays[_count] = null;
                return array;
            }
        }

        internal void Put(byte[] array)
        {
            lock (_lock)
            {
                if (_count < _arrays.Length)
                    _arrays[_count++] = array;
            }
        }
    }
}
