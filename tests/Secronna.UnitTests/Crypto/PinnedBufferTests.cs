using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CsCheck;
using Secronna.Crypto;
using Xunit;

namespace Secronna.UnitTests.Crypto;

public sealed class PinnedBufferTests
{
    private readonly PinnedArrayPool pool = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(65_536)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    public void A_buffer_has_the_requested_length_and_is_zero_even_when_its_array_is_reused(int length)
    {
        for (var i = 0; i < 3; i++)
        {
            using var buffer = PinnedBuffer.Rent(length, pool);
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
                using var buffer = PinnedBuffer.Rent(length, pool);
                if (ArrayOf(buffer).AsSpan().ContainsAnyExcept((byte)0))
                {
                    return false;
                }

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
            var buffer = PinnedBuffer.Rent(length, pool);
            var array = ArrayOf(buffer);
            buffer.Span.Fill(0xAB);
            buffer.Dispose();
            Assert.False(array.AsSpan().ContainsAnyExcept((byte)0));
        }
    }

    [Fact]
    public void Truncating_shortens_the_buffer_and_zeroes_the_rest()
    {
        using var buffer = PinnedBuffer.Rent(100, pool);
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
    public unsafe void The_garbage_collector_does_not_move_the_bytes()
    {
        for (var size = 64; size <= 2 << 20; size *= 2)
        {
            using var buffer = PinnedBuffer.Rent(size, pool);
            var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span));
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            Assert.Equal(address, (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span)));
            // Only arrays on the pinned heap start in the oldest generation at any size.
            Assert.Equal(GC.MaxGeneration, GC.GetGeneration(ArrayOf(buffer)));
        }
    }

    [Fact]
    public void A_disposed_buffer_refuses_every_use_and_can_be_disposed_again()
    {
        var buffer = PinnedBuffer.Rent(10, pool);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Equal(1, pool.CountOf(64));
        Assert.Throws<ObjectDisposedException>(() => buffer.Length);
        Assert.Throws<ObjectDisposedException>(() => _ = buffer.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => _ = buffer.Memory);
        Assert.Throws<ObjectDisposedException>(() => buffer.Truncate(0));
    }

    [Fact]
    public void Disposing_from_many_threads_returns_the_array_once()
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
    public void Disposing_twice_does_not_touch_the_next_holder_of_the_array()
    {
        var first = PinnedBuffer.Rent(64, pool);
        var array = ArrayOf(first);
        first.Dispose();
        using var second = PinnedBuffer.Rent(64, pool);
        Assert.Same(array, ArrayOf(second));
        second.Span.Fill(0xAB);
        first.Dispose();
        Assert.False(second.Span.ContainsAnyExcept((byte)0xAB));
        using var third = PinnedBuffer.Rent(64, pool);
        Assert.NotSame(array, ArrayOf(third));
    }

    [Fact]
    public void The_pool_keeps_no_more_than_its_bounds()
    {
        var total = 0L;
        for (var size = PinnedArrayPool.MinSize; size <= PinnedArrayPool.MaxSize; size *= 2)
        {
            var capacity = PinnedArrayPool.ShelfCapacity(size);
            var buffers = Enumerable.Range(0, capacity + 3).Select(_ => PinnedBuffer.Rent(size, pool)).ToList();
            buffers.ForEach(buffer => buffer.Dispose());
            Assert.Equal(capacity, pool.CountOf(size));
            total += (long)capacity * size;
        }

        Assert.InRange(total, 1, 36 << 20);
    }

    [Fact]
    public void A_buffer_above_the_largest_pooled_size_is_not_pooled()
    {
        PinnedBuffer.Rent((1 << 20) + 1, pool).Dispose();
        Assert.Equal(0, pool.CountOf(1 << 20));
        PinnedBuffer.Rent(1 << 20, pool).Dispose();
        Assert.Equal(1, pool.CountOf(1 << 20));
    }

    [Fact]
    public void A_negative_length_is_an_argument_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PinnedBuffer.Rent(-1));

    [Fact]
    public void No_two_holders_share_an_array_under_load()
    {
        var shared = 0;
        Parallel.For(0, 8, worker =>
        {
            for (var i = 0; i < 5000; i++)
            {
                using var buffer = PinnedBuffer.Rent(64 + (i % 200), pool);
                if (buffer.Span.ContainsAnyExcept((byte)0))
                {
                    Interlocked.Increment(ref shared);
                }

                buffer.Span.Fill((byte)(worker + 1));
                if (buffer.Span.ContainsAnyExcept((byte)(worker + 1)))
                {
                    Interlocked.Increment(ref shared);
                }
            }
        });
        Assert.Equal(0, shared);
    }

    private static byte[] ArrayOf(PinnedBuffer buffer) =>
        MemoryMarshal.TryGetArray<byte>(buffer.Memory, out var segment) ? segment.Array! : [];
}
