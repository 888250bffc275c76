using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Credentials;

/// <summary>The API key that makes or changes another credential: what it gives ends no later than itself (S32).</summary>
internal static class MakerKey
{
    /// <summary>
    /// Holds the caller's own key until the transaction ends. So a credential is made before its maker is revoked, and then a
    /// revocation of what the maker made finds it; or it is not made.
    /// </summary>
    /// <returns>When the key expires; <c>null</c> if it doesn't, or if the caller is no API key.</returns>
    /// <exception cref="RequestException">AUTH_REQUIRED: the key was revoked or has expired meanwhile.</exception>
    public static async ValueTask<long?> HoldAsync(Transaction transaction, Caller caller, BelievedClock clock)
    {
        if (caller.ActorType != ActorTypes.ApiKey)
        {
            return null;
        }

        var key = await CredentialTable.HoldMakerAsync(transaction, caller.WorkspaceId, caller.ActorId);
        return key is null || key.ExpiresAt <= Instant.From(clock.Now).Microseconds
            ? throw Errors.AuthRequired()
            : key.ExpiresAt;
    }

    /// <summary>The expiry of a new credential. If the request names none, it is that of the maker.</summary>
    /// <param name="asked">What the request asks for; <c>null</c> if it names no expiry.</param>
    /// <param name="makersExpiry">The result of <see cref="HoldAsync"/>.</param>
    /// <exception cref="RequestException">VALIDATION_ERROR: the request asks for a later one than the maker's.</exception>
    public static long? ExpiryOfNew(long? asked, long? makersExpiry) => Require(asked ?? makersExpiry, makersExpiry);

    /// <summary>Requires that a credential expires no later than the key that gives it power.</summary>
    /// <returns><paramref name="expiry"/>.</returns>
    /// <exception cref="RequestException">VALIDATION_ERROR: it expires later, or never.</exception>
    public static long? Require(long? expiry, long? makersExpiry) =>
        makersExpiry is { } latest && (expiry is null || expiry > latest)
            ? throw Errors.OutlivesMaker(new Instant(latest))
            : expiry;
}
