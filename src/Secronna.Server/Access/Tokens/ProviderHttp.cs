namespace Secronna.Server.Access.Tokens;

/// <summary>How the identity provider is asked: it is trusted for its keys, not for the time and memory that it takes.</summary>
internal static class ProviderHttp
{
    private const int MostBytes = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostBytes,
    };
}
