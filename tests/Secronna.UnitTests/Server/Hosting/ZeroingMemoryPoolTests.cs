using Secronna.Server.Hosting.Hardening;
using Xunit;

namespace Secronna.UnitTests.Server.Hosting;

public sealed class ZeroingMemoryPoolTests
{
    [Fact]
    public void A_block_is_zero_when_it_is_used_again()
    {
        using var pool = new ZeroingMemoryPool();
        var first = pool.Rent();
        var memory = first.Memory;
        memory.Span.Fill(0xA5);
        first.Dispose();
        // What was held before can be seen through the old view: it is gone as soon as the block is given back.
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
    public void More_than_a_block_is_refused()
    {
        using var pool = new ZeroingMemoryPool();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(4_097));
    }

    [Fact]
    public void A_block_given_back_twice_has_one_holder()
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
    public void More_idle_blocks_than_are_kept_are_zeroed_too()
    {
        using var pool = new ZeroingMemoryPool();
        var blocks = Enumerable.Range(0, 5_000).Select(_ => pool.Rent()).ToList();
        var views = blocks.ConvertAll(block => block.Memory);
        views.ForEach(view => view.Span.Fill(0xA5));
        blocks.ForEach(block => block.Dispose());
        Assert.All(views, view => Assert.True(view.Span.IndexOfAnyExcept((byte)0) < 0));
    }

    [Fact]
    public void Many_threads_never_hold_one_block_together()
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
