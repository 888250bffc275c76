using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Secronna.Crypto;

/// <summary>
/// A 32-byte key that is kept for some time. It lives in native memory that the operating system is asked neither to swap nor to
/// dump, and is zeroed on <see cref="Dispose"/> (S26). It is not an error if the system refuses.
/// </summary>
/// <remarks>There is no finalizer, because it could zero the key while a span of it is still in use.</remarks>
public sealed class LockedKey : IDisposable
{
    private readonly LockedMemory memory;
    private nint address;

    private LockedKey(LockedMemory memory)
    {
        this.memory = memory;
        address = memory.Take();
    }

    /// <summary>The key's 32 bytes. They must not be used after the key is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public ReadOnlySpan<byte> Bytes => LockedMemory.Bytes(Slot);

    internal nint Slot
    {
        get
        {
            var slot = Volatile.Read(ref address);
            ObjectDisposedException.ThrowIf(slot == 0, this);
            return slot;
        }
    }

    /// <summary>Copies a key. The caller zeroes its own copy.</summary>
    /// <exception cref="ArgumentException">The key isn't 32 bytes long.</exception>
    public static LockedKey Create(ReadOnlySpan<byte> key) => Create(key, LockedMemory.Shared);

    /// <summary>Zeroes the key. Disposing it again does nothing.</summary>
    public void Dispose()
    {
        var slot = Interlocked.Exchange(ref address, 0);
        if (slot == 0)
        {
            return;
        }

        CryptographicOperations.ZeroMemory(LockedMemory.Bytes(slot));
        memory.Return(slot);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The caller disposes it.")]
    internal static LockedKey Create(ReadOnlySpan<byte> key, LockedMemory memory)
    {
        Aes256Gcm.RequireKey(key, nameof(key));
        var locked = new LockedKey(memory);
        key.CopyTo(LockedMemory.Bytes(locked.address));
        return locked;
    }
}
