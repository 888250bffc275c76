using Microsoft.Extensions.DependencyInjection;

namespace Secronna.Client;

/// <summary>Registers the client for dependency injection.</summary>
public static class SecronnaServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="SecronnaClient"/> as a singleton. Its HTTP client comes from the HTTP client factory.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="options">The client's options.</param>
    /// <returns>
    /// The builder of the HTTP client, to add handlers with. The HTTP client must not be made to follow redirects.
    /// </returns>
    public static IHttpClientBuilder AddSecronnaClient(this IServiceCollection services, SecronnaClientOptions options)
    {
        services.AddSingleton(provider => new SecronnaClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(SecronnaClient)), options, isOwned: false));
        return services.AddHttpClient(nameof(SecronnaClient), http => SecronnaClient.Configure(http))
            .UseSocketsHttpHandler((handler, _) => SecronnaClient.Configure(handler, options))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RedactLoggedHeaders(_ => true);
    }
}
