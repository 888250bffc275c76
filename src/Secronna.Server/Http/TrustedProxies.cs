using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Secronna.Server.Http;

/// <summary>
/// Believes trusted proxies about where a request comes from (S17). The header is read from its end, and the first address that
/// is not a trusted proxy's is the caller's; the caller itself may have written what stands before it.
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
            // No limit on chained proxies: each address is checked before the next one is believed.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.TrustedProxies)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
}
