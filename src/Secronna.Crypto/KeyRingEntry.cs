namespace Secronna.Crypto;

/// <summary>
/// A key and the number of its holders: the ring itself, from the start, and every lease. The last to release it zeroes it.
/// </summary>
internal sealed class KeyRingEntry(string keyId, LockedKey key, TimeSpan addedAt)
{
    private int _holders = 1;

    internal string KeyId => keyId;

    internal TimeSpan AddedAt => addedAt;

    internal LockedKey Key => key;

    /// <summary>One more lease. The caller must know that somebody holds the entry; the ring does, under its lock.</summary>
    internal KeyLease Lease()
    {
        Interlocked.Increment(ref _holders);
        return new KeyLease(this);
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            key.Dispose();
    }
}
