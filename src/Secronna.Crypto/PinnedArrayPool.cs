using System.Numerics;

namespace Secronna.Crypto;

/// <summary>
/// A pool of pinned arrays. Every byte of its arrays is zero. The pool has a shelf for each power of two from 64 bytes to 1 MiB.
/// A shelf holds at most 256 arrays and at most 4 MiB, so the pool holds at most 36 MiB. Larger and surplus arrays go to the
/// garbage collector.
/// </summary>
internal sealed class PinnedArrayPool
{
    public const int MinSize = 64;
    public const int MaxSize = 1 << 20;

    private const int MaxShelfArrays = 256;
    private const int MaxShelfBytes = 4 << 20;

    private readonly Shelf[] shelves = CreateShelves();

    public static PinnedArrayPool Shared { get; } = new();

    /// <summary>An array of at least this length that nobody else holds. Its bytes are zero.</summary>
    public byte[] Rent(int length)
    {
        if (length > MaxSize)
        {
            return GC.AllocateArray<byte>(length, pinned: true);
        }

        var shelf = shelves[ShelfIndex(length)];
        return shelf.Take() ?? GC.AllocateArray<byte>(shelf.ArraySize, pinned: true);
    }

    /// <summary>Takes back an array that was rented here. The caller has zeroed it and keeps no reference to it.</summary>
    public void Return(byte[] array)
    {
        if (array.Length <= MaxSize)
        {
            shelves[ShelfIndex(array.Length)].Put(array);
        }
    }

    public static int ShelfCapacity(int arraySize) => Math.Min(MaxShelfArrays, MaxShelfBytes / arraySize);

    public int CountOf(int arraySize) => shelves[ShelfIndex(arraySize)].Count;

    private static int ShelfIndex(int length) =>
        BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, MinSize)) / MinSize);

    private static Shelf[] CreateShelves()
    {
        var shelves = new Shelf[ShelfIndex(MaxSize) + 1];
        for (var i = 0; i < shelves.Length; i++)
        {
            shelves[i] = new Shelf(MinSize << i);
        }

        return shelves;
    }

    private sealed class Shelf(int arraySize)
    {
        private readonly Lock gate = new();
        private readonly byte[]?[] arrays = new byte[]?[ShelfCapacity(arraySize)];
        private int count;

        public int ArraySize => arraySize;

        public int Count => Volatile.Read(ref count);

        public byte[]? Take()
        {
            lock (gate)
            {
                if (count == 0)
                {
                    return null;
                }

                var array = arrays[--count];
                arrays[count] = null;
                return array;
            }
        }

        public void Put(byte[] array)
        {
            lock (gate)
            {
                if (count < arrays.Length)
                {
                    arrays[count++] = array;
                }
            }
        }
    }
}
