namespace Secronna.Crypto;

/// <summary>When a KEK is replaced: a pure function of time and what is known of the key (S7).</summary>
public static class KekPolicy
{
    /// <summary>
    /// A KEK makes fewer wraps than this. With random 96-bit nonces the chance that any two meet then stays below 2^-37
    /// for each KEK (NIST SP 800-38D section 8.3 allows 2^32 wraps at 2^-32).
    /// </summary>
    public const long MaxWraps = 1L << 30;

    /// <summary>
    /// At half of <see cref="MaxWraps"/> a KEK is replaced in the background, so that no writer has to wait for it at the end.
    /// </summary>
    public const long WornWraps = MaxWraps / 2;

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

    /// <summary>
    /// True if an active KEK is to be replaced now: it is worn, or older than the limit. One from the future, as another
    /// node's clock may make it, has a negative age and is new.
    /// </summary>
    /// <param name="wrapsReserved">The wraps that are reserved for it.</param>
    /// <param name="age">How long ago it was made.</param>
    /// <param name="oldest">The age from which on it is replaced; null is any age.</param>
    public static bool IsDue(long wrapsReserved, TimeSpan age, TimeSpan? oldest) =>
        wrapsReserved is < 0 or >= WornWraps || age >= oldest;
}
