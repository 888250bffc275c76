namespace Secronna.Server.Access.Tokens;

/// <summary>
/// Makes the HTTP client for the identity provider. The provider is trusted to publish the right keys, but its answers are
/// bounded in time and size.
/// </summary>
internal static class ProviderHttp
{
    private const int MaxAnswerBytes = 1024 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };
}
