namespace Secronna.Crypto;

/// <summary>
/// A key of a <see cref="KeyRing"/> and the number of its holders. The ring is a holder from the start. Each lease is a holder
/// too. The last holder that releases the entry zeroes the key.
/// </summary>
internal sealed class KeyRingEntry(string keyId, LockedKey key, TimeSpan addedAt)
{
    private int holders = 1;

    public string KeyId => keyId;

    public TimeSpan AddedAt => addedAt;

    public LockedKey Key => key;

    /// <summary>
    /// Adds a lease. The entry must still have a holder. The ring ensures that: it is a holder, and calls this method under its
    /// lock.
    /// </summary>
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
