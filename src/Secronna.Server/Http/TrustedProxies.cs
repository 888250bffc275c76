using Microsoft.AspNetCore.HttpOverrides;

namespace Secronna.Server.Http;

/// <summary>
/// Takes a trusted proxy's word for where a request comes from (S17). The header is read from its end, and the first
/// address that is no trusted proxy's counts: what stands before it, the caller itself may have written.
/// </summary>
internal static class TrustedProxies
{
    /// <summary>Whether a connection is one of them.</summary>
    public static bool Has(HttpSettings settings, System.Net.IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return settings.TrustedProxies.Any(network => network.Contains(plain));
    }

    public static void UseTrustedProxies(this WebApplication app, HttpSettings settings)
    {
        if (settings.TrustedProxies.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            // As many proxies as are trusted, one behind the other: each address is looked at before the next is believed.
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
