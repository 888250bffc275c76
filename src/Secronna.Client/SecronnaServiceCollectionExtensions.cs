using Microsoft.Extensions.DependencyInjection;

namespace Secronna.Client;

/// <summary>Registers the client.</summary>
public static class SecronnaServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="SecronnaClient"/> as a singleton, whose connections the HTTP client factory keeps fresh.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="options">Where the server is, and who asks.</param>
    /// <returns>The HTTP client's builder, for handlers of one's own; it must go on not following redirects.</returns>
    public static IHttpClientBuilder AddSecronnaClient(this IServiceCollection services, SecronnaClientOptions options)
    {
        services.AddSingleton(provider => new SecronnaClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(SecronnaClient)), options));
        return services.AddHttpClient(nameof(SecronnaClient), http => SecronnaClient.Configure(http))
            .UseSocketsHttpHandler((handler, _) => SecronnaClient.Configure(handler))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RedactLoggedHeaders(_ => true);
    }
}
