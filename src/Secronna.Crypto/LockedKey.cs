using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// A 32-byte key that is kept for some time: in native memory that the system is asked neither to swap nor to dump, zeroed
/// on <see cref="Dispose"/> (S26). A system that refuses is not an error.
/// </summary>
/// <remarks>There is no finalizer: one could zero the key while its bytes are in use.</remarks>
public sealed class LockedKey : IDisposable
{
    private readonly LockedMemory _memory;
    private nint _slot;

    private LockedKey(LockedMemory memory)
    {
        _memory = memory;
        _slot = memory.Take();
    }

    /// <summary>The key's 32 bytes, not to be used after disposing.</summary>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public ReadOnlySpan<byte> Bytes => LockedMemory.Bytes(Slot);

    internal nint Slot
    {
        get
        {
            var slot = Volatile.Read(ref _slot);
            ObjectDisposedException.ThrowIf(slot == 0, this);
            return slot;
        }
    }

    /// <summary>Copies a key; the caller zeroes its own.</summary>
    /// <exception cref="ArgumentException">The key isn't 32 bytes.</exception>
    public static LockedKey Create(ReadOnlySpan<byte> key) => Create(key, LockedMemory.Shared);

    /// <summary>Zeroes the key. Doing it again does nothing.</summary>
    public void Dispose()
    {
        var slot = Interlocked.Exchange(ref _slot, 0);
        if (slot == 0)
            return;
        CryptographicOperations.ZeroMemory(LockedMemory.Bytes(slot));
        _memory.Return(slot);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The caller disposes it.")]
    internal static LockedKey Create(ReadOnlySpan<byte> key, LockedMemory memory)
    {
        BoxFormat.RequireKey(key, nameof(key));
        var locked = new LockedKey(memory);
        key.CopyTo(LockedMemory.Bytes(locked._slot));
        return locked;
    }
}
