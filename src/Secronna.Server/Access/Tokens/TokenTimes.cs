using System.Text.Json;

namespace Secronna.Server.Access.Tokens;

/// <summary>Checks the times of a token (RFC 7519, section 4.1). Each is a number of seconds since 1970, and may have a fraction.</summary>
internal static class TokenTimes
{
    // The clocks of the provider and of this server may differ by this.
    private const double ToleranceSeconds = 30;

    // The end of the year 9999.
    private const double MaxSeconds = 253_402_300_799;

    /// <summary>Whether the token is valid now, and is not valid for longer than is allowed.</summary>
    /// <param name="claims">The token's payload.</param>
    /// <param name="now">The present time.</param>
    /// <param name="maxLifetime">
    /// The longest lifetime. It is counted from the time at which the token was issued, or from now if the token doesn't name it.
    /// </param>
    public static bool AreValid(JsonElement claims, DateTimeOffset now, TimeSpan maxLifetime)
    {
        if (!TryRead(claims, "exp", out var expiry) || !TryRead(claims, "nbf", out var notBefore) || !TryRead(claims, "iat", out var issued))
        {
            return false;
        }

        var seconds = (now - DateTimeOffset.UnixEpoch).TotalSeconds;
        var latest = seconds + ToleranceSeconds;
        return expiry > seconds - ToleranceSeconds
            && !(notBefore > latest)
            && !(issued > latest)
            && expiry - (issued ?? seconds) <= maxLifetime.TotalSeconds;
    }

    // Returns false if the claim is there and is not an instant. The time is null if the claim is not there.
    private static bool TryRead(JsonElement claims, string name, out double? time)
    {
        time = null;
        if (!claims.TryGetProperty(name, out var claim))
        {
            return true;
        }

        if (claim.ValueKind != JsonValueKind.Number || !claim.TryGetDouble(out var seconds) || seconds is not (>= 0 and <= MaxSeconds))
        {
            return false;
        }

        time = seconds;
        return true;
    }
}
