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

/// <summary>
/// Configures the web server: its TLS, and its limits on the resources that clients can use. The limits also hold for many slow
/// clients together.
/// </summary>
internal static class WebServer
{
    private const double MinBytesPerSecond = 32 * 1024;

    // The most received bytes that may wait in memory: for one connection, and for one HTTP/2 stream.
    private const int MaxUnreadBytes = 128 * 1024;
    private const int MaxUnreadStreamBytes = 96 * 1024;

    // The head of a request. An access token alone may have 16 KiB, and proxies add headers of their own.
    private const int MaxLineBytes = 8 * 1024;
    private const int MaxHeaders = 100;
    private const int MaxHeaderBytes = 32 * 1024;
    private const int HeaderTableBytes = 4 * 1024;

    // RequestBody enforces the limits of S29. Kestrel's limit also counts the framing of chunks. The framing takes five bytes for
    // each chunk, and a chunk may hold a single byte, so Kestrel's limit is six times as large.
    private const long MaxBodyBytesWithFraming = 6L * Limits.BatchBodyBytes;

    private static readonly TimeSpan MinRateGracePeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // Common clients and proxies close idle connections sooner than this. So the server does not close a connection at the moment
    // when the client uses it again.
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan StrictTransportMaxAge = TimeSpan.FromDays(365);

    /// <summary>Configures the server that the builder makes.</summary>
    /// <exception cref="SettingsException">The certificate's files can't be used.</exception>
    public static void Configure(WebApplicationBuilder builder, HttpSettings settings, TimeProvider time)
    {
        var certificate = TlsCertificate.Open(settings, time);
        AddServices(builder.Services, settings, certificate);
        builder.WebHost.UseKestrelHttpsConfiguration();
        // Requests wait only for the database. The database's writer continues them on the thread pool, or for a short time
        // on its own thread, so the sockets need not move them to the thread pool too.
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            // An idle connection holds one block of 4 KiB, and receiving a request takes one call to the system in place of two.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });
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
        // The host's own filters for hosts and proxies would run before ErrorHandling, so their answers would have no envelope.
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
        limits.MaxRequestLineSize = MaxLineBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestBodySize = MaxBodyBytesWithFraming;
        limits.MaxRequestBufferSize = MaxUnreadBytes;
        limits.Http2.InitialConnectionWindowSize = MaxUnreadBytes;
        limits.Http2.InitialStreamWindowSize = MaxUnreadStreamBytes;
        // RFC 9113 recommends at least 100 streams. They share their connection's buffers and minimum rate.
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.MaxRequestHeaderFieldSize = MaxHeaderBytes;
        limits.Http2.HeaderTableSize = HeaderTableBytes;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }

    private static void UseTls(HttpsConnectionAdapterOptions https, TlsCertificate? certificate)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.HandshakeTimeout = HandshakeTimeout;
        if (certificate is not null)
        {
            // The selector only tells Kestrel that there is a certificate. A selector can't give the handshake the certificate's
            // chain, so OnAuthenticate does.
            https.ServerCertificateSelector = (_, _) => certificate.Context.TargetCertificate;
            https.OnAuthenticate = (_, tls) =>
            {
                tls.ServerCertificateSelectionCallback = null;
                tls.ServerCertificateContext = certificate.Context;
            };
        }
    }
}
