namespace Secronna.Crypto;

/// <summary>
/// A key of a <see cref="KeyRing"/> and the number of its holders: the ring, from the start, and each lease. The last holder that
/// releases the entry zeroes the key.
/// </summary>
internal sealed class KeyRingEntry(string keyId, LockedKey key, TimeSpan addedAt)
{
    private int holders = 1;

    public string KeyId => keyId;

    public TimeSpan AddedAt => addedAt;

    public LockedKey Key => key;

    /// <summary>Adds a lease. The caller must be sure that the entry has a holder; the ring is one, under its lock.</summary>
    public KeyLease Lease()
    {
        Interlocked.Increment(ref holders);
        return new KeyLease(this);
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            key.Dispose();
        }
    }
}
