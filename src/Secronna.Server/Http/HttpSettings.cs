using System.Net;

namespace Secronna.Server.Http;

/// <summary>Settings of section <c>Http</c>.</summary>
internal sealed class HttpSettings
{
    /// <summary>Whether to serve plain HTTP beyond loopback, because a proxy in front ends TLS.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>
    /// The PEM file with the certificate for <c>https</c> addresses, followed by its intermediate certificates.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>The PEM file with the certificate's private key.</summary>
    public string? CertificateKey { get; set; }

    /// <summary>
    /// The names that the Host header may have. <c>*.example.com</c> means every name below <c>example.com</c>. An empty list
    /// accepts every name.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The networks of the proxies whose <c>X-Forwarded-For</c> is believed (S17).</summary>
    public IList<IPNetwork> TrustedProxies { get; } = [];

    /// <summary>The most connections at a time; 0 is no limit.</summary>
    public int MaxConnections { get; set; } = 4_000;

    /// <summary>The most connections of one address at a time; 0 is no limit. Trusted proxies have no limit.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 250;
}
