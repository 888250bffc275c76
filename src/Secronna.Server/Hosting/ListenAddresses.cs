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

    /// <summary>The addresses of the command line and those of the web server's own configuration.</summary>
    /// <exception cref="SettingsException">A text is not an address to listen on.</exception>
    public static IEnumerable<BindingAddress> All(IEnumerable<string> urls, IConfiguration configuration) => urls
        .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>())
        .Select(Parse);

    /// <summary>Whether others can read what is sent to and from the address: plain HTTP beyond loopback.</summary>
    public static bool IsPlainBeyondLoopback(BindingAddress address) => !IsLoopback(address.Host) && !IsTls(address);

    /// <summary>Whether the address is on this machine alone: loopback or a Unix socket.</summary>
    public static bool IsLocal(BindingAddress address) => IsLoopback(address.Host);

    private static void RequireSafe(IEnumerable<string> urls, IConfiguration configuration, bool allowPlainHttp)
    {
        foreach (var address in All(urls, configuration))
        {
            if (!allowPlainHttp && IsPlainBeyondLoopback(address))
            {
                throw new SettingsException(
                    $"{address} is plain HTTP beyond loopback: use https, or set Secronna__Http__AllowPlainHttp=true behind a TLS proxy");
            }
        }
    }

    // What the web server can't listen on it would refuse only after the database is open, in words that name no setting.
    private static BindingAddress Parse(string url)
    {
        if (url.Contains('@', StringComparison.Ordinal) || url.Any(char.IsControl))
        {
            throw new SettingsException(
                "an address to listen on holds a user, a password or a control character; an address looks like http://127.0.0.1:4230");
        }

        try
        {
            var address = BindingAddress.Parse(url);
            return CanWork(address)
                ? address
                : throw new FormatException();
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw new SettingsException(
                $"{url} is not an address to listen on; an address looks like http://127.0.0.1:4230 or http://unix:/run/secronna/api.sock");
        }
    }

    private static bool CanWork(BindingAddress address) =>
        address.Scheme.ToUpperInvariant() is "HTTP" or "HTTPS"
        && (address.IsUnixPipe ? address.UnixPipePath.StartsWith('/') : address.PathBase.Length == 0 && address.Port is >= 0 and <= ushort.MaxValue);

    private static bool IsTls(BindingAddress address) => string.Equals(address.Scheme, "https", StringComparison.OrdinalIgnoreCase);

    // Kestrel listens on every address when the host is neither an address nor localhost.
    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || host.StartsWith("unix:", StringComparison.Ordinal);
}
