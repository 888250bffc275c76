using System.Net;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>Plain HTTP is for loopback, or for behind a TLS proxy where that is set.</summary>
internal static class ListenAddresses
{
    private static readonly string[] Forwarding =
        ["ASPNETCORE_FORWARDEDHEADERS_ENABLED", "DOTNET_FORWARDEDHEADERS_ENABLED", "FORWARDEDHEADERS_ENABLED"];

    /// <summary>The web server would take a caller's address from a header that the caller itself may write (S17).</summary>
    /// <exception cref="SettingsException">It is told to.</exception>
    public static void RequireOwn(IConfiguration configuration)
    {
        if (Array.Find(Forwarding, name => bool.TryParse(configuration[name], out var isOn) && isOn) is { } name)
        {
            throw new SettingsException(
                $"{name} trusts every sender of X-Forwarded-For: unset it, and name your proxies in Secronna__Http__TrustedProxies__0");
        }
    }

    /// <exception cref="SettingsException">An address is none, or plain HTTP beyond loopback.</exception>
    public static void RequireSafe(IEnumerable<string> urls, IConfiguration configuration, Settings settings)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => endpoint["Url"]).OfType<string>();
        foreach (var url in urls.Concat(endpoints))
        {
            var address = Parse(url);
            if (!settings.Http.AllowPlainHttp && !string.Equals(address.Scheme, "https", StringComparison.OrdinalIgnoreCase) && !IsLoopback(address.Host))
            {
                throw new SettingsException(
                    $"{url} is plain HTTP beyond loopback: use https, or set Secronna__Http__AllowPlainHttp=true behind a TLS proxy");
            }
        }
    }

    private static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new SettingsException($"{url} is not an address to listen on; one reads http://127.0.0.1:4230");
        }
    }

    // Kestrel takes a host that is no address as every address, but for localhost.
    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || host.StartsWith("unix:", StringComparison.Ordinal);
}
