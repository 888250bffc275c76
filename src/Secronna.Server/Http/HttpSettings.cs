using System.Net;

namespace Secronna.Server.Http;

internal sealed class HttpSettings
{
    public bool AllowPlainHttp { get; set; }

    /// <summary>For <c>https</c> addresses: the file with the certificate and those that lead from it to its root.</summary>
    public string? Certificate { get; set; }

    /// <summary>The file with the certificate's private key.</summary>
    public string? CertificateKey { get; set; }

    /// <summary>The names that requests may ask for, <c>*.</c> for any below; none is any.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Whose word is taken for where a request comes from.</summary>
    public IList<IPNetwork> TrustedProxies { get; } = [];

    /// <summary>Connections at once; 0 is off.</summary>
    public int MaxConnections { get; set; } = 2_000;

    /// <summary>Of these, those of one address that is no trusted proxy's; 0 is off.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 500;
}
