using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// Bytes that may be secret: pinned, so that the garbage collector never copies them, and zeroed on <see cref="Dispose"/>
/// (S26). They are zero when rented. Renting, truncating and disposing are thread-safe; the bytes are the holder's alone,
/// and neither <see cref="Span"/> nor <see cref="Memory"/> may be used after disposing.
/// </summary>
/// <remarks>
/// There is no finalizer: one could zero and hand on the bytes while a span of them is still in use. A buffer that is never
/// disposed is not zeroed.
/// </remarks>
public sealed class PinnedBuffer : IDisposable
{
    private readonly PinnedArrayPool _pool;
    private readonly int _rentedLength;
    private byte[]? _array;
    private int _length;

    private PinnedBuffer(PinnedArrayPool pool, int length)
    {
        _pool = pool;
        _array = pool.Rent(length);
        _rentedLength = length;
        _length = length;
    }

    /// <summary>The length in bytes.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public int Length
    {
        get
        {
            _ = Array;
            return _length;
        }
    }

    /// <summary>The bytes.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public Span<byte> Span => Array.AsSpan(0, _length);

    /// <summary>The bytes, for what is asynchronous.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(Array, 0, _length);

    private byte[] Array
    {
        get
        {
            var array = Volatile.Read(ref _array);
            ObjectDisposedException.ThrowIf(array is null, this);
            return array;
        }
    }

    /// <summary>A buffer of exactly this many bytes, all zero. Up to 1 MiB it comes from a pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static PinnedBuffer Rent(int length) => Rent(length, PinnedArrayPool.Shared);

    /// <summary>Shortens the buffer and zeroes what is cut off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or more than it was.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public void Truncate(int length)
    {
        var array = Array;
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _length);
        CryptographicOperations.ZeroMemory(array.AsSpan(length, _length - length));
        _length = length;
    }

    /// <summary>Zeroes the bytes and gives them back. Doing it again does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is not { } array)
            return;
        // All that was rented, not only what Truncate left: a span from before it may have been written to.
        CryptographicOperations.ZeroMemory(array.AsSpan(0, _rentedLength));
        _pool.Return(array);
    }

    internal static PinnedBuffer Rent(int length, PinnedArrayPool pool)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new PinnedBuffer(pool, length);
    }
}
