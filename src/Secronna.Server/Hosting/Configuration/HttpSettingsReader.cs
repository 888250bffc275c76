using System.Net;
using System.Net.Sockets;
using Secronna.Server.Http;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting.Configuration;

/// <summary>Section <c>Http</c>: where the server is, and who is before it.</summary>
internal static partial class SettingsReader
{
    private const int MostConnections = 1_000_000;

    private static void SetHttp(HttpSettings settings, string[] name, string[] rest, string value)
    {
        switch (rest)
        {
            case ["AllowPlainHttp"]: settings.AllowPlainHttp = Flag(name, value); break;
            case ["Certificate"]: settings.Certificate = Text(name, value); break;
            case ["CertificateKey"]: settings.CertificateKey = Text(name, value); break;
            case ["AllowedHosts", _]: settings.AllowedHosts.Add(HostPattern(name, value)); break;
            case ["TrustedProxies", _]: settings.TrustedProxies.Add(Network(name, value)); break;
            case ["MaxConnections"]: settings.MaxConnections = Number(name, value, 0, MostConnections); break;
            case ["MaxConnectionsPerAddress"]: settings.MaxConnectionsPerAddress = Number(name, value, 0, MostConnections); break;
            default: throw new SettingsException($"{Full(name)} is not a setting; the list is in docs/settings.md");
        }
    }

    // A port would never match, and a lone * is what no entry at all means.
    private static string HostPattern(string[] name, string value) =>
        Uri.CheckHostName(value.StartsWith("*.", StringComparison.Ordinal) ? value[2..] : value) != UriHostNameType.Unknown
            ? value
            : throw new SettingsException($"{Full(name)} must be a host's name without scheme and port: secrets.example.com or *.example.com");

    private static IPNetwork Network(string[] name, string value)
    {
        if (ParseNetwork(value) is not { } network)
        {
            throw new SettingsException($"{Full(name)} must be an address or a network: 10.0.0.7, 10.0.0.0/24 or fd00:1::/64");
        }

        return network.PrefixLength > 0 && !network.BaseAddress.Equals(IPAddress.Any) && !network.BaseAddress.Equals(IPAddress.IPv6Any)
            ? network
            : throw new SettingsException($"{Full(name)} would believe every sender: name the proxies' own addresses");
    }

    private static IPNetwork? ParseNetwork(string value)
    {
        if (IPNetwork.TryParse(value, out var network))
        {
            return IsWritten(network.BaseAddress, value[..value.IndexOf('/', StringComparison.Ordinal)]) ? network : null;
        }

        return IPAddress.TryParse(value, out var address) && IsWritten(address, value) && !value.Contains('%', StringComparison.Ordinal)
            ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : null;
    }

    // The parser takes 10.1 and 010.0.0.1 for addresses, and other ones than whoever wrote them may think.
    private static bool IsWritten(IPAddress address, string text) =>
        !address.IsIPv4MappedToIPv6 && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text);
}
