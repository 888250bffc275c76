using Secronna.Server.Hosting.Hardening;
using Xunit;

namespace Secronna.UnitTests.Server.Hosting;

public sealed class ZeroingMemoryPoolTests
{
    [Fact]
    public void A_block_is_zeroed_when_it_is_given_back()
    {
        using var pool = new ZeroingMemoryPool();
        var first = pool.Rent();
        var memory = first.Memory;
        memory.Span.Fill(0xA5);
        first.Dispose();
        // The old view still shows the block, which is zeroed as soon as it is given back.
        Assert.True(memory.Span.IndexOfAnyExcept((byte)0) < 0);
        using var second = pool.Rent();
        Assert.Same(first, second);
        Assert.True(second.Memory.Span.IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4_096)]
    public void Blocks_have_one_size(int least)
    {
        using var pool = new ZeroingMemoryPool();
        using var block = pool.Rent(least);
        Assert.Equal(4_096, block.Memory.Length);
        Assert.Equal(4_096, pool.MaxBufferSize);
    }

    [Fact]
    public void A_request_for_more_than_a_block_is_refused()
    {
        using var pool = new ZeroingMemoryPool();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(4_097));
    }

    [Fact]
    public void A_block_that_was_given_back_twice_is_rented_once()
    {
        using var pool = new ZeroingMemoryPool();
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();
        using var first = pool.Rent();
        using var second = pool.Rent();
        Assert.NotSame(first, second);
    }

    [Fact]
    public void Idle_blocks_beyond_those_that_are_kept_are_zeroed_too()
    {
        using var pool = new ZeroingMemoryPool();
        var blocks = Enumerable.Range(0, 5_000).Select(_ => pool.Rent()).ToList();
        var views = blocks.ConvertAll(block => block.Memory);
        views.ForEach(view => view.Span.Fill(0xA5));
        blocks.ForEach(block => block.Dispose());
        Assert.All(views, view => Assert.True(view.Span.IndexOfAnyExcept((byte)0) < 0));
    }

    [Fact]
    public void No_block_is_rented_by_two_threads_at_once()
    {
        using var pool = new ZeroingMemoryPool();
        Parallel.For(0, 20_000, i =>
        {
            using var block = pool.Rent();
            var span = block.Memory.Span;
            Assert.True(span.IndexOfAnyExcept((byte)0) < 0);
            span.Fill((byte)(i | 1));
            Assert.True(span.IndexOfAnyExcept((byte)(i | 1)) < 0);
        });
    }
}
