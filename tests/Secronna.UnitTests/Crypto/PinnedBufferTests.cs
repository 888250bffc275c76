using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CsCheck;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class PinnedBufferTests
{
    private readonly PinnedArrayPool _pool = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(65_536)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    public void A_buffer_has_the_length_asked_for_and_is_zero_also_when_rented_again(int length)
    {
        for (var i = 0; i < 3; i++)
        {
            using var buffer = PinnedBuffer.Rent(length, _pool);
            Assert.Equal(length, buffer.Length);
            Assert.Equal(length, buffer.Span.Length);
            Assert.Equal(length, buffer.Memory.Length);
            Assert.False(buffer.Span.ContainsAnyExcept((byte)0));
            buffer.Span.Fill(0xAB);
        }
    }

    [Fact]
    public void Rented_arrays_are_zero_after_any_sequence_of_lengths_and_truncations() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 5000]).Array[1, 20].Sample(steps =>
        {
            foreach (var (length, truncated) in steps)
            {
                using var buffer = PinnedBuffer.Rent(length, _pool);
                if (ArrayOf(buffer).AsSpan().ContainsAnyExcept((byte)0))
                    return false;
                var whole = buffer.Span;
                whole.Fill(0xAB);
                buffer.Truncate(Math.Min(length, truncated));
                whole.Fill(0xAB);
            }

            return true;
        }, iter: 200, threads: 1);

    [Fact]
    public void Disposing_zeroes_the_bytes_of_pooled_and_of_large_buffers()
    {
        foreach (var length in new[] { 1, 100, 65_536, (1 << 20) + 5 })
        {
            var buffer = PinnedBuffer.Rent(length, _pool);
            var array = ArrayOf(buffer);
            buffer.Span.Fill(0xAB);
            buffer.Dispose();
            Assert.False(array.AsSpan().ContainsAnyExcept((byte)0));
        }
    }

    [Fact]
    public void Truncating_shortens_and_zeroes_what_is_cut_off()
    {
        using var buffer = PinnedBuffer.Rent(100, _pool);
        buffer.Span.Fill(0xAB);
        buffer.Truncate(40);
        Assert.Equal(40, buffer.Length);
        Assert.Equal(40, buffer.Memory.Length);
        Assert.False(buffer.Span.ContainsAnyExcept((byte)0xAB));
        Assert.False(ArrayOf(buffer).AsSpan(40).ContainsAnyExcept((byte)0));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Truncate(41));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Truncate(-1));
        buffer.Truncate(0);
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public unsafe void The_collector_does_not_move_the_bytes()
    {
        for (var size = 64; size <= 2 << 20; size *= 2)
        {
            using var buffer = PinnedBuffer.Rent(size, _pool);
            var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span));
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            Assert.Equal(address, (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span)));
            // Only arrays of the pinned heap are in the oldest generation from the start, at any size.
            Assert.Equal(GC.MaxGeneration, GC.GetGeneration(ArrayOf(buffer)));
        }
    }

    [Fact]
    public void After_disposing_nothing_works_and_disposing_again_does_nothing()
    {
        var buffer = PinnedBuffer.Rent(10, _pool);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Equal(1, _pool.CountOf(64));
        Assert.Throws<ObjectDisposedException>(() => buffer.Length);
        Assert.Throws<ObjectDisposedException>(() => _ = buffer.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => _ = buffer.Memory);
        Assert.Throws<ObjectDisposedException>(() => buffer.Truncate(0));
    }

    [Fact]
    public void Disposing_from_many_threads_gives_the_array_back_once()
    {
        for (var i = 0; i < 200; i++)
        {
            var pool = new PinnedArrayPool();
            var buffer = PinnedBuffer.Rent(10, pool);
            Parallel.For(0, 4, _ => buffer.Dispose());
            Assert.Equal(1, pool.CountOf(64));
        }
    }

    [Fact]
    public void A_buffer_disposed_twice_does_not_touch_who_has_its_array_now()
    {
        var first = PinnedBuffer.Rent(64, _pool);
        var array = ArrayOf(first);
        first.Dispose();
        using var second = PinnedBuffer.Rent(64, _pool);
        Assert.Same(array, ArrayOf(second));
        second.Span.Fill(0xAB);
        first.Dispose();
        Assert.False(second.Span.ContainsAnyExcept((byte)0xAB));
        using var third = PinnedBuffer.Rent(64, _pool);
        Assert.NotSame(array, ArrayOf(third));
    }

    [Fact]
    public void The_pool_keeps_no_more_than_its_bounds()
    {
        var total = 0L;
        for (var size = PinnedArrayPool.MinSize; size <= PinnedArrayPool.MaxSize; size *= 2)
        {
            var capacity = PinnedArrayPool.ShelfCapacity(size);
            var buffers = Enumerable.Range(0, capacity + 3).Select(_ => PinnedBuffer.Rent(size, _pool)).ToList();
            buffers.ForEach(buffer => buffer.Dispose());
            Assert.Equal(capacity, _pool.CountOf(size));
            total += (long)capacity * size;
        }

        Assert.InRange(total, 1, 36 << 20);
    }

    [Fact]
    public void A_buffer_beyond_the_largest_size_is_dropped_not_pooled()
    {
        PinnedBuffer.Rent((1 << 20) + 1, _pool).Dispose();
        Assert.Equal(0, _pool.CountOf(1 << 20));
        PinnedBuffer.Rent(1 << 20, _pool).Dispose();
        Assert.Equal(1, _pool.CountOf(1 << 20));
    }

    [Fact]
    public void A_negative_length_is_a_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PinnedBuffer.Rent(-1));

    [Fact]
    public void No_two_holders_share_an_array_under_load()
    {
        var shared = 0;
        Parallel.For(0, 8, worker =>
        {
            for (var i = 0; i < 5000; i++)
            {
                using var buffer = PinnedBuffer.Rent(64 + (i % 200), _pool);
                if (buffer.Span.ContainsAnyExcept((byte)0))
                    Interlocked.Increment(ref shared);
                buffer.Span.Fill((byte)(worker + 1));
                if (buffer.Span.ContainsAnyExcept((byte)(worker + 1)))
                    Interlocked.Increment(ref shared);
            }
        });
        Assert.Equal(0, shared);
    }

    private static byte[] ArrayOf(PinnedBuffer buffer) =>
        MemoryMarshal.TryGetArray<byte>(buffer.Memory, out var segment) ? segment.Array! : [];
}
