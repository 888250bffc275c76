using System.Net;
using System.Net.Sockets;
using Secronna.Server.Http;
using Secronna.Server.MasterKeys;
using static Secronna.Server.Hosting.Configuration.SettingValue;

namespace Secronna.Server.Hosting.Configuration;

/// <summary>Reads section <c>Http</c>: plain HTTP, TLS, the names and proxies of the server, and its connections.</summary>
internal static class HttpSettingsReader
{
    private const int MaxConnections = 1_000_000;

    /// <summary>Sets one setting.</summary>
    /// <param name="settings">The object in which the setting is set.</param>
    /// <param name="name">The setting's name below section <c>Secronna</c>, for messages.</param>
    /// <param name="rest">The setting's name below section <c>Http</c>.</param>
    /// <param name="value">The setting's value.</param>
    /// <exception cref="SettingsException">The setting is unknown, or its value does not fit.</exception>
    public static void Set(HttpSettings settings, string[] name, string[] rest, string value)
    {
        switch (rest)
        {
            case ["AllowPlainHttp"]: settings.AllowPlainHttp = Flag(name, value); break;
            case ["Certificate"]: settings.Certificate = Text(name, value); break;
            case ["CertificateKey"]: settings.CertificateKey = Text(name, value); break;
            case ["AllowedHosts", _]: settings.AllowedHosts.Add(HostPattern(name, value)); break;
            case ["TrustedProxies", _]: settings.TrustedProxies.Add(Network(name, value)); break;
            case ["MaxConnections"]: settings.MaxConnections = Number(name, value, 0, MaxConnections); break;
            case ["MaxConnectionsPerAddress"]: settings.MaxConnectionsPerAddress = Number(name, value, 0, MaxConnections); break;
            default: throw Unknown(name);
        }
    }

    // A pattern with a port would never match. A lone * is refused because it means the same as no entry at all.
    private static string HostPattern(string[] name, string value) =>
        Uri.CheckHostName(value.StartsWith("*.", StringComparison.Ordinal) ? value[2..] : value) != UriHostNameType.Unknown
            ? value
            : throw Error(name, "must be a host name without scheme and port, such as secrets.example.com or *.example.com");

    private static IPNetwork Network(string[] name, string value)
    {
        if (ParseNetwork(value) is not { } network)
        {
            throw Error(name, "must be an address or a network, such as 10.0.0.7, 10.0.0.0/24 or fd00:1::/64");
        }

        return network.PrefixLength > 0 && !network.BaseAddress.Equals(IPAddress.Any) && !network.BaseAddress.Equals(IPAddress.IPv6Any)
            ? network
            : throw Error(name, "would trust every sender: name the addresses of your proxies");
    }

    private static IPNetwork? ParseNetwork(string value)
    {
        if (IPNetwork.TryParse(value, out var network))
        {
            return IsWrittenInFull(network.BaseAddress, value[..value.IndexOf('/', StringComparison.Ordinal)]) ? network : null;
        }

        return IPAddress.TryParse(value, out var address) && IsWrittenInFull(address, value) && !value.Contains('%', StringComparison.Ordinal)
            ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : null;
    }

    // The parser accepts 10.1 and 010.0.0.1. It may read them as other addresses than the operator meant.
    private static bool IsWrittenInFull(IPAddress address, string text) =>
        !address.IsIPv4MappedToIPv6 && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text);
}
