namespace Secronna.Crypto;

/// <summary>When a KEK has made enough wraps (S7).</summary>
public static class KekPolicy
{
    /// <summary>
    /// A KEK makes fewer wraps than this. With random 96-bit nonces the chance that any two meet then stays below 2^-37
    /// for each KEK (NIST SP 800-38D section 8.3 allows 2^32 wraps at 2^-32).
    /// </summary>
    public const long MaxWraps = 1L << 30;

    /// <summary>
    /// True if a KEK for which <paramref name="wrapsReserved"/> wraps are reserved may have <paramref name="count"/> more;
    /// if not, it is rotated. A negative number of wraps can't be true of any KEK, so it may have no more.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> isn't positive.</exception>
    public static bool MayReserve(long wrapsReserved, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return wrapsReserved >= 0 && wrapsReserved < MaxWraps - count;
    }
}
