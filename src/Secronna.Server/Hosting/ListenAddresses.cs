using System.Net;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>
/// Checks the addresses to listen on. Plain HTTP is allowed on loopback. Other addresses may use it only if a setting says so.
/// </summary>
internal static class ListenAddresses
{
    private static readonly string[] ForwardingVariables =
        ["ASPNETCORE_FORWARDEDHEADERS_ENABLED", "DOTNET_FORWARDEDHEADERS_ENABLED", "FORWARDEDHEADERS_ENABLED"];

    /// <summary>
    /// Refuses the framework's own setting for forwarded headers. With that setting, the web server would take every caller's
    /// address from a header that the caller itself may write (S17).
    /// </summary>
    /// <exception cref="SettingsException">The setting is on.</exception>
    public static void RequireNoForwarding(IConfiguration configuration)
    {
        if (Array.Find(ForwardingVariables, name => bool.TryParse(configuration[name], out var isOn) && isOn) is { } name)
        {
            throw new SettingsException(
                $"{name} trusts every sender of X-Forwarded-For: unset it, and list your proxies in Secronna__Http__TrustedProxies__0");
        }
    }

    /// <summary>Requires every address to use TLS or loopback, unless the settings allow plain HTTP.</summary>
    /// <exception cref="SettingsException">A text is not an address, or an address is plain HTTP beyond loopback.</exception>
    public static void RequireSafe(IEnumerable<string> urls, IConfiguration configuration, Settings settings) =>
        RequireSafe(urls, configuration, settings.Http.AllowPlainHttp);

    /// <summary>Requires every address to use TLS or loopback, whatever the settings allow. It is for <c>dev</c>.</summary>
    /// <exception cref="SettingsException">A text is not an address, or an address is plain HTTP beyond loopback.</exception>
    public static void RequireTlsOrLoopback(IEnumerable<string> urls, IConfiguration configuration) =>
        RequireSafe(urls, configuration, allowPlainHttp: false);

    private static void RequireSafe(IEnumerable<string> urls, IConfiguration configuration, bool allowPlainHttp)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => endpoint["Url"]).OfType<string>();
        foreach (var url in urls.Concat(endpoints))
        {
            var address = Parse(url);
            if (!allowPlainHttp && !IsLoopback(address.Host)
                && !string.Equals(address.Scheme, "https", StringComparison.OrdinalIgnoreCase))
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
            throw new SettingsException($"{url} is not an address to listen on; an address looks like http://127.0.0.1:4230");
        }
    }

    // Kestrel listens on every address when the host is neither an address nor localhost.
    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || host.StartsWith("unix:", StringComparison.Ordinal);
}
