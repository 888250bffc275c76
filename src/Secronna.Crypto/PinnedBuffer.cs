using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Bytes that may be secret. They are pinned, so that the garbage collector never copies them, and zeroed on
/// <see cref="Dispose"/> (S26). They are zero when rented.
/// </summary>
/// <remarks>
/// Renting, truncating and disposing are thread-safe. The bytes belong to the holder alone; <see cref="Span"/> and
/// <see cref="Memory"/> must not be used after disposing. There is no finalizer, because it could zero and reuse the bytes while
/// a span of them is still in use. A buffer that is never disposed is therefore never zeroed.
/// </remarks>
public sealed class PinnedBuffer : IDisposable
{
    private readonly PinnedArrayPool pool;
    private readonly int rentedLength;
    private byte[]? bytes;
    private int length;

    private PinnedBuffer(PinnedArrayPool pool, int length)
    {
        this.pool = pool;
        bytes = pool.Rent(length);
        rentedLength = length;
        this.length = length;
    }

    /// <summary>The length in bytes.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public int Length
    {
        get
        {
            _ = Array;
            return length;
        }
    }

    /// <summary>The bytes.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public Span<byte> Span => Array.AsSpan(0, length);

    /// <summary>The bytes, for asynchronous code.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(Array, 0, length);

    private byte[] Array
    {
        get
        {
            var array = Volatile.Read(ref bytes);
            ObjectDisposedException.ThrowIf(array is null, this);
            return array;
        }
    }

    /// <summary>A buffer of exactly this many bytes, all zero. Buffers of up to 1 MiB come from a pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static PinnedBuffer Rent(int length) => Rent(length, PinnedArrayPool.Shared);

    /// <summary>Shortens the buffer and zeroes the bytes that are cut off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or more than the present one.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public void Truncate(int newLength)
    {
        var array = Array;
        ArgumentOutOfRangeException.ThrowIfNegative(newLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(newLength, length);
        CryptographicOperations.ZeroMemory(array.AsSpan(newLength, length - newLength));
        length = newLength;
    }

    /// <summary>Zeroes the bytes and returns them to the pool. Disposing again does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref bytes, null) is not { } array)
        {
            return;
        }

        // All rented bytes are zeroed, not only those that Truncate left: a span that was taken before Truncate may have been
        // written to.
        CryptographicOperations.ZeroMemory(array.AsSpan(0, rentedLength));
        pool.Return(array);
    }

    internal static PinnedBuffer Rent(int length, PinnedArrayPool pool)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new PinnedBuffer(pool, length);
    }
}
