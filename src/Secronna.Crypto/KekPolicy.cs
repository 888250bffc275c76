namespace Secronna.Crypto;

/// <summary>Decides when a KEK is replaced, from its age and the number of its wraps alone (S7).</summary>
public static class KekPolicy
{
    /// <summary>
    /// The bound on the wraps that a KEK makes; it makes fewer. Its nonces are 96 random bits, so the probability that any two
    /// of its 2^30 wraps share a nonce is below 2^-37. NIST SP 800-38D section 8.3 allows 2^32 wraps, at 2^-32.
    /// </summary>
    public const long MaxWraps = 1L << 30;

    /// <summary>
    /// The number of wraps from which on a KEK is replaced in the background: half of <see cref="MaxWraps"/>, so that no writer
    /// ever waits for a KEK that may wrap no more.
    /// </summary>
    public const long WornWraps = MaxWraps / 2;

    /// <summary>
    /// The bound under which <paramref name="count"/> more wraps may be reserved: a KEK may have them if it has at least zero and
    /// fewer than this many reserved wraps. Otherwise the KEK must be replaced first. A negative number of reserved wraps is
    /// impossible, so such a KEK may have none. The bound is zero or negative where no KEK may have so many wraps.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> isn't positive.</exception>
    public static long ReservableBelow(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return MaxWraps - count;
    }

    /// <summary>
    /// True if an active KEK must be replaced now: it has <see cref="WornWraps"/> wraps or more, an impossible number of wraps,
    /// or has reached the age limit. A KEK whose age is negative, because another node's clock is ahead, counts as new.
    /// </summary>
    /// <param name="wrapsReserved">The number of wraps that were reserved for the KEK.</param>
    /// <param name="age">How long ago the KEK was made.</param>
    /// <param name="oldest">The age at which a KEK is replaced; <c>null</c> sets no age limit.</param>
    public static bool IsDue(long wrapsReserved, TimeSpan age, TimeSpan? oldest) =>
        wrapsReserved is < 0 or >= WornWraps || age >= oldest;
}
