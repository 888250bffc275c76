using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>
/// Gives the access token of the saved sign-in, and renews it shortly before it expires. A refresh token can be used only once,
/// so processes lock the session while they renew: the second process finds the tokens that the first one got.
/// </summary>
/// <param name="file">The session.</param>
/// <param name="server">The origin of the server that the token is sent to.</param>
/// <param name="newHttp">Creates the client that sends to the provider.</param>
/// <param name="isInsecure">Whether plain HTTP to another machine is allowed.</param>
/// <param name="time">The clock.</param>
internal sealed class AccessTokenRenewal(SessionFile file, string server, Func<HttpClient> newHttp, bool isInsecure, TimeProvider time)
{
    /// <summary>A token with less time left than this is renewed, because it must not expire during the request.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    private SignIn? current;

    /// <summary>The token for the next request.</summary>
    /// <exception cref="SecronnaException">
    /// AUTH_REQUIRED: the sign-in has ended, or the renewed token is not for the server. UNAVAILABLE: the provider does not answer, and the token has expired.
    /// </exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellation)
    {
        current ??= Saved();
        if (!ExpiresSoon(current))
        {
            return current.AccessToken;
        }

        using var sessionLock = await file.LockAsync(time, cancellation).ConfigureAwait(false);
        current = Saved();
        if (ExpiresSoon(current))
        {
            current = await RenewAsync(current, cancellation).ConfigureAwait(false);
        }

        return current.AccessToken;
    }

    private async Task<SignIn> RenewAsync(SignIn expiring, CancellationToken cancellation)
    {
        var isUsable = expiring.ExpiresAt > time.GetUtcNow();
        if (expiring.RefreshToken is null)
        {
            return isUsable ? expiring : throw Ended();
        }

        try
        {
            using var http = newHttp();
            var provider = await IdentityProvider.DiscoverAsync(http, expiring.Issuer, isInsecure, cancellation).ConfigureAwait(false);
            var renewed = await provider.RefreshAsync(expiring, time, cancellation).ConfigureAwait(false) ?? throw Ended();
            RequireUsable(renewed);
            file.Write(new SavedSession(server, null, renewed));
            return renewed;
        }
        catch (SecronnaException error) when (error.IsUnavailable && isUsable)
        {
            return expiring;
        }
    }

    // A provider can give another token than at the sign-in. The server would refuse that token, and must not get it.
    private static void RequireUsable(SignIn renewed)
    {
        try
        {
            ReceivedToken.Require(renewed.AccessToken, renewed.Client, renewed.Issuer);
        }
        catch (SecronnaException error)
        {
            throw new SecronnaException($"the sign-in can't be renewed: {error.Message}", ErrorCodes.AuthRequired, null, null);
        }
    }

    // Another process may have signed in to another server meanwhile. The session of the other server must not be used for this
    // server.
    private SignIn Saved() => file.Read() is { SignIn: { } signIn } session && session.Server == server ? signIn : throw Ended();

    private bool ExpiresSoon(SignIn signIn) => signIn.ExpiresAt - time.GetUtcNow() < Margin;

    private static SecronnaException Ended() => new("the sign-in has ended", ErrorCodes.AuthRequired, null, null);
}
