using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>
/// The access token of the saved sign-in, renewed when it ends soon. A refresh token can be used once, so processes renew
/// it in turns: who comes second finds what the first one got.
/// </summary>
/// <param name="file">The session.</param>
/// <param name="server">The origin of the server that the token is sent to.</param>
/// <param name="newHttp">What sends to the provider.</param>
/// <param name="isInsecure">Whether plain HTTP was allowed.</param>
/// <param name="time">The clock.</param>
internal sealed class RenewedToken(SessionFile file, string server, Func<HttpClient> newHttp, bool isInsecure, TimeProvider time)
{
    /// <summary>With less time left than this it is renewed: a request must not outlive it.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    private SignIn? current;

    /// <summary>A token for the next request.</summary>
    /// <exception cref="SecronnaException">
    /// AUTH_REQUIRED: the sign-in has ended; UNAVAILABLE: the provider does not answer, and the token has ended.
    /// </exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellation)
    {
        current ??= Saved();
        if (!EndsSoon(current))
        {
            return current.AccessToken;
        }

        using var turn = await file.TakeTurnAsync(time, cancellation).ConfigureAwait(false);
        current = Saved();
        if (EndsSoon(current))
        {
            current = await RenewAsync(current, cancellation).ConfigureAwait(false);
        }

        return current.AccessToken;
    }

    private async Task<SignIn> RenewAsync(SignIn ending, CancellationToken cancellation)
    {
        var isUsable = ending.ExpiresAt > time.GetUtcNow();
        if (ending.RefreshToken is null)
        {
            return isUsable ? ending : throw Ended();
        }

        try
        {
            using var http = newHttp();
            var provider = await IdentityProvider.DiscoverAsync(http, ending.Issuer, isInsecure, cancellation).ConfigureAwait(false);
            var renewed = await provider.RefreshAsync(ending, time, cancellation).ConfigureAwait(false) ?? throw Ended();
            file.Write(new SavedSession(server, null, renewed));
            return renewed;
        }
        catch (SecronnaException error) when (error.IsUnavailable && isUsable)
        {
            return ending;
        }
    }

    // Someone may have signed in elsewhere meanwhile: that session is for another server.
    private SignIn Saved() => file.Read() is { SignIn: { } signIn } session && session.Server == server ? signIn : throw Ended();

    private bool EndsSoon(SignIn signIn) => signIn.ExpiresAt - time.GetUtcNow() < Margin;

    private static SecronnaException Ended() => new("the sign-in has ended", ErrorCodes.AuthRequired, null, null);
}
