using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Secronna.Server.Http;

/// <summary>
/// Takes the caller's address from the headers of trusted proxies (S17). The header is read from its end. The first address that
/// does not belong to a trusted proxy is the caller's address. Addresses before it are ignored, because the caller itself may
/// have written them.
/// </summary>
internal static class TrustedProxies
{
    /// <summary>Whether an address is a trusted proxy's.</summary>
    public static bool Contains(HttpSettings settings, IPAddress address)
    {
        var normalized = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return settings.TrustedProxies.Any(network => network.Contains(normalized));
    }

    /// <summary>Adds the reading of the proxies' headers to the pipeline, if any proxy is trusted.</summary>
    public static void UseTrustedProxies(this WebApplication app, HttpSettings settings)
    {
        if (settings.TrustedProxies.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            // The number of chained proxies has no limit, because each address is checked before the next one is believed.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.TrustedProxies)
        {
            options.KnownIPNetworks.Add(network);
        }

        // A connection over a Unix socket has no address, and the middleware would believe its headers without a check.
        app.UseWhen(context => context.Connection.RemoteIpAddress is not null, branch => branch.UseForwardedHeaders(options));
    }
}
