namespace Secronna.Crypto;

/// <summary>Decides when a KEK is replaced, from its age and the number of its wraps alone (S7).</summary>
public static class KekPolicy
{
    /// <summary>
    /// A KEK makes fewer wraps than this number. The nonce of each wrap is 96 random bits, so the probability that any two of
    /// 2^30 wraps share a nonce is below 2^-37. NIST SP 800-38D section 8.3 allows 2^32 wraps, with a probability of 2^-32.
    /// </summary>
    public const long MaxWraps = 1L << 30;

    /// <summary>
    /// A KEK with this number of wraps or more is replaced in the background. The number is half of <see cref="MaxWraps"/>, so
    /// that no writer ever waits because a KEK may wrap no more.
    /// </summary>
    public const long WornWraps = MaxWraps / 2;

    /// <summary>
    /// The bound for reserving <paramref name="count"/> more wraps of a KEK. The KEK may have them if its number of reserved
    /// wraps is at least zero and below this bound. Otherwise the KEK must be replaced first. A negative number of reserved wraps
    /// is impossible, so a KEK with such a number gets no wraps. The bound is zero or negative if <paramref name="count"/> is too
    /// large for any KEK.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> isn't positive.</exception>
    public static long ReservableBelow(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return MaxWraps - count;
    }

    /// <summary>
    /// True if an active KEK must be replaced now: its number of wraps is at least <see cref="WornWraps"/> or is impossible, or
    /// the KEK has reached the age limit. A KEK whose age is negative, because another node's clock is ahead, counts as new.
    /// </summary>
    /// <param name="wrapsReserved">The number of wraps that were reserved for the KEK.</param>
    /// <param name="age">How long ago the KEK was made.</param>
    /// <param name="oldest">The age at which a KEK is replaced; <c>null</c> sets no age limit.</param>
    public static bool IsDue(long wrapsReserved, TimeSpan age, TimeSpan? oldest) =>
        wrapsReserved is < 0 or >= WornWraps || age >= oldest;
}
