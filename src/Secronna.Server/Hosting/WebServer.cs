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

/// <summary>Sets up the web server: what a client, or many slow ones, may take of it, and its TLS.</summary>
internal static class WebServer
{
    private const double SlowestPeerBytesPerSecond = 32 * 1024;

    // What may wait unread of one connection, and of one stream of HTTP/2.
    private const int UnreadBytes = 128 * 1024;
    private const int UnreadStreamBytes = 96 * 1024;

    // RequestBody keeps the limits of S29. Kestrel counts the framing of chunks too: five bytes for each, and one at least
    // of the body within.
    private const long MostBodyBytesOnTheWire = 6L * Limits.BatchBodyBytes;

    private static readonly TimeSpan SlowestPeerGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestHead = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestHandshake = TimeSpan.FromSeconds(10);

    // Longer than the usual clients and proxies keep a connection, so that none is closed just as it is used again.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan StrictTransport = TimeSpan.FromDays(365);

    /// <exception cref="SettingsException">The certificate's files can't be used.</exception>
    public static void Configure(WebApplicationBuilder builder, HttpSettings settings, TimeProvider time)
    {
        var certificate = TlsCertificate.Open(settings, time);
        AddServices(builder.Services, settings, certificate);
        builder.WebHost.UseKestrelHttpsConfiguration();
        // A request waits for nothing but the database, and mostly for the writer: one hop to the pool is enough.
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
        // The host would put its own filters for hosts and proxies before the error handling, where no envelope is written.
        services.RemoveAll<IStartupFilter>();
        AllowedHosts.Add(services, settings.AllowedHosts);
        services.AddHsts(hsts => hsts.MaxAge = StrictTransport);
        services.AddSingleton<IMemoryPoolFactory<byte>, ZeroingMemoryPoolFactory>();
        if (certificate is not null)
        {
            services.AddSingleton(certificate).AddHostedService<CertificateWatch>();
        }
    }

    private static void Limit(KestrelServerLimits limits, HttpSettings settings)
    {
        limits.MaxConcurrentConnections = settings.MaxConnections == 0 ? null : settings.MaxConnections;
        limits.RequestHeadersTimeout = LongestHead;
        limits.KeepAliveTimeout = LongestIdle;
        // Values wait in memory for slow peers, who therefore may not be slower than this.
        limits.MinRequestBodyDataRate = new(SlowestPeerBytesPerSecond, SlowestPeerGrace);
        limits.MinResponseDataRate = new(SlowestPeerBytesPerSecond, SlowestPeerGrace);
        limits.MaxRequestBodySize = MostBodyBytesOnTheWire;
        limits.MaxRequestBufferSize = UnreadBytes;
        limits.Http2.InitialConnectionWindowSize = UnreadBytes;
        limits.Http2.InitialStreamWindowSize = UnreadStreamBytes;
        // RFC 9113 advises against fewer than 100 streams; they share their connection's buffers and least rate.
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
    }

    private static void UseTls(HttpsConnectionAdapterOptions https, TlsCertificate? certificate)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.HandshakeTimeout = LongestHandshake;
        if (certificate is not null)
        {
            // Says that there is one; the handshake then gets it with its chain, which a selector can't give.
            https.ServerCertificateSelector = (_, _) => certificate.Context.TargetCertificate;
            https.OnAuthenticate = (_, tls) =>
            {
                tls.ServerCertificateSelectionCallback = null;
                tls.ServerCertificateContext = certificate.Context;
            };
        }
    }
}
