namespace Secronna.Crypto;

/// <summary>
/// The use of a key of a <see cref="KeyRing"/>: until this is disposed the key isn't zeroed, even if it leaves the ring.
/// </summary>
public sealed class KeyLease : IDisposable
{
    private KeyRingEntry? _entry;

    internal KeyLease(KeyRingEntry entry) => _entry = entry;

    /// <summary>The key's 32 bytes, not to be used after disposing.</summary>
    /// <exception cref="ObjectDisposedException">The lease is disposed.</exception>
    public ReadOnlySpan<byte> Key => Locked.Bytes;

    internal LockedKey Locked
    {
        get
        {
            var entry = Volatile.Read(ref _entry);
            ObjectDisposedException.ThrowIf(entry is null, this);
            return entry.Key;
        }
    }

    /// <summary>Ends the use. Doing it again does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _entry, null)?.Release();
}
