using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace Secronna.Server.Hosting.Hardening;

/// <summary>
/// Gives the web server pinned buffers for requests and responses, which are zeroed before they are used again (S27).
/// </summary>
internal sealed class ZeroingMemoryPoolFactory : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ZeroingMemoryPool();
}

/// <summary>
/// A pool of blocks of 4 KiB. It zeroes every returned block. It keeps a bounded number of idle blocks, and leaves further
/// blocks to the garbage collector.
/// </summary>
internal sealed class ZeroingMemoryPool : MemoryPool<byte>
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 4_096;
    private const int MaxIdleBlocks = 4_096;

    private readonly ConcurrentQueue<Block> idle = new();
    private int idleCount;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockSize;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (idle.TryDequeue(out var block))
        {
            Interlocked.Decrement(ref idleCount);
            block.MarkRented();
            return block;
        }

        return new Block(this);
    }

    protected override void Dispose(bool disposing) => idle.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref idleCount) <= MaxIdleBlocks)
        {
            idle.Enqueue(block);
        }
        else
        {
            Interlocked.Decrement(ref idleCount);
        }
    }

    private sealed class Block(ZeroingMemoryPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] bytes = GC.AllocateArray<byte>(BlockSize, pinned: true);
        private int returned;

        public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(bytes, 0, bytes.Length);

        public void MarkRented() => returned = 0;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref returned, 1) == 0)
            {
                CryptographicOperations.ZeroMemory(bytes);
                pool.Return(this);
            }
        }
    }
}
