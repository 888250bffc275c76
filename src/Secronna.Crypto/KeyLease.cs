namespace Secronna.Crypto;

/// <summary>
/// Permission to use a key of a <see cref="KeyRing"/>. The key isn't zeroed before the lease is disposed, even if the key leaves
/// the ring meanwhile.
/// </summary>
public sealed class KeyLease : IDisposable
{
    private KeyRingEntry? entry;

    internal KeyLease(KeyRingEntry entry) => this.entry = entry;

    /// <summary>The key's 32 bytes. They must not be used after the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The lease is disposed.</exception>
    public ReadOnlySpan<byte> Key => Locked.Bytes;

    internal LockedKey Locked
    {
        get
        {
            var current = Volatile.Read(ref entry);
            ObjectDisposedException.ThrowIf(current is null, this);
            return current.Key;
        }
    }

    /// <summary>Ends the lease. Disposing it again does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref entry, null)?.Release();
}
