using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace Secronna.Server.Hosting.Hardening;

/// <summary>
/// Gives the web server its buffers for requests and responses: pinned, and zeroed before they are used again (S27).
/// </summary>
internal sealed class ZeroingMemoryPoolFactory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ZeroingMemoryPool();
}

/// <summary>Blocks of 4 KiB. More than so many idle ones are left to the garbage collector, zeroed.</summary>
internal sealed class ZeroingMemoryPool : MemoryPool<byte>
{
    public const int BlockSize = 4_096;
    private const int MostIdle = 4_096;

    private readonly ConcurrentQueue<Block> idle = new();
    private int idleCount;

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (idle.TryDequeue(out var block))
        {
            Interlocked.Decrement(ref idleCount);
            block.Taken();
            return block;
        }

        return new Block(this);
    }

    protected override void Dispose(bool disposing) => idle.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref idleCount) <= MostIdle)
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

        public void Taken() => returned = 0;

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
