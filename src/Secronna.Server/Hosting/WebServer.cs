using System.Buffers;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Secronna.Protocol;
using Secronna.Server.Hosting.Hardening;
using Secronna.Server.Hosting.Tls;
using Secronna.Server.Http;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>Configures the web server: its TLS, and the limits on what clients, also many slow ones, can take of it.</summary>
internal static class WebServer
{
    private const double MinBytesPerSecond = 32 * 1024;

    // Received bytes that may wait in memory, of one connection and of one HTTP/2 stream.
    private const int MaxUnreadBytes = 128 * 1024;
    private const int MaxUnreadStreamBytes = 96 * 1024;

    // RequestBody enforces the limits of S29. Kestrel counts the framing of chunks too, which is five bytes for each chunk, and a
    // chunk may have a single byte.
    private const long MaxBodyBytesWithFraming = 6L * Limits.BatchBodyBytes;

    private static readonly TimeSpan MinRateGracePeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // Longer than common clients and proxies keep idle connections, so that the server does not close one just as it is used
    // again.
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan StrictTransportMaxAge = TimeSpan.FromDays(365);

    /// <summary>Configures the server that the builder makes.</summary>
    /// <exception cref="SettingsException">The certificate's files can't be used.</exception>
    public static void Configure(WebApplicationBuilder builder, HttpSettings settings, TimeProvider time)
    {
        var certificate = TlsCertificate.Open(settings, time);
        AddServices(builder.Services, settings, certificate);
        builder.WebHost.UseKestrelHttpsConfiguration();
        // Requests wait only for the database, whose writer continues them on the thread pool: one hop to the pool is enough.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Limit(kestrel.Limits, settings);
            kestrel.ConfigureHttpsDefaults(https => UseTls(https, certificate));
            var log = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Secronna");
            var shares = new ConnectionShares(settings, time, log);
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => shares.RunAsync(connection, next)));
        });
    }

    private static void AddServices(IServiceCollection services, HttpSettings settings, TlsCertificate? certificate)
    {
        // The host would run its own filters for hosts and proxies before ErrorHandling, where their answers get no envelope.
        services.RemoveAll<IStartupFilter>();
        AllowedHosts.Add(services, settings.AllowedHosts);
        services.AddHsts(hsts => hsts.MaxAge = StrictTransportMaxAge);
        services.AddSingleton<IMemoryPoolFactory<byte>, ZeroingMemoryPoolFactory>();
        if (certificate is not null)
        {
            services.AddSingleton(certificate).AddHostedService<CertificateWatch>();
        }
    }

    private static void Limit(KestrelServerLimits limits, HttpSettings settings)
    {
        limits.MaxConcurrentConnections = settings.MaxConnections == 0 ? null : settings.MaxConnections;
        limits.RequestHeadersTimeout = HeadersTimeout;
        limits.KeepAliveTimeout = KeepAliveTimeout;
        // Values wait in memory for slow clients, so clients must not be slower than this.
        limits.MinRequestBodyDataRate = new(MinBytesPerSecond, MinRateGracePeriod);
        limits.MinResponseDataRate = new(MinBytesPerSecond, MinRateGracePeriod);
        limits.MaxRequestBodySize = MaxBodyBytesWithFraming;
        limits.MaxRequestBufferSize = MaxUnreadBytes;
        limits.Http2.InitialConnectionWindowSize = MaxUnreadBytes;
        limits.Http2.InitialStreamWindowSize = MaxUnreadStreamBytes;
        // RFC 9113 recommends at least 100 streams. They share their connection's buffers and minimum rate.
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
    }

    private static void UseTls(HttpsConnectionAdapterOptions https, TlsCertificate? certificate)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.HandshakeTimeout = HandshakeTimeout;
        if (certificate is not null)
        {
            // The selector only tells Kestrel that there is a certificate. OnAuthenticate gives the handshake its whole chain,
            // which a selector can't.
            https.ServerCertificateSelector = (_, _) => certificate.Context.TargetCertificate;
            https.OnAuthenticate = (_, tls) =>
            {
                tls.ServerCertificateSelectionCallback = null;
                tls.ServerCertificateContext = certificate.Context;
            };
        }
    }
}
