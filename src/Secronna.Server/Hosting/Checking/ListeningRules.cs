using System.Globalization;
using System.Net.Sockets;

namespace Secronna.Server.Hosting.Checking;

/// <summary>Rules about addresses, TLS, proxies and host names.</summary>
internal static class ListeningRules
{
    private const int NarrowPrefix4 = 24;
    private const int NarrowPrefix6 = 56;
    private static readonly TimeSpan ExpiryWarningTime = TimeSpan.FromDays(14);

    /// <summary>Judges the facts.</summary>
    public static IEnumerable<Finding> Find(CheckedFacts facts) =>
        FindAboutPlainHttp(facts).Concat(FindAboutNames(facts)).Concat(FindAboutCertificate(facts));

    private static IEnumerable<Finding> FindAboutPlainHttp(CheckedFacts facts)
    {
        var http = facts.Settings.Http;
        var plain = facts.Addresses.FirstOrDefault(ListenAddresses.IsPlainBeyondLoopback);
        if (plain is not null && http.AllowPlainHttp)
        {
            yield return new(
                Severity.Warning, $"{plain} is plain HTTP beyond loopback, and Secronna__Http__AllowPlainHttp allows it",
                "whoever is on the network between the proxy and this server reads tokens and values",
                "use https here too");
            if (http.TrustedProxies.Count == 0)
            {
                yield return new(
                    Severity.Danger, "the server is behind a proxy, and Secronna__Http__TrustedProxies__0 is not set",
                    "the audit trail has the proxy's address in place of each caller's, and all callers share the limits of one address",
                    "name the proxy's own addresses there");
            }
        }

        if (plain is null && http.TrustedProxies.Count == 0 && facts.Addresses.All(ListenAddresses.IsLocal))
        {
            yield return new(
                Severity.Advice, "the server listens on this machine alone, and Secronna__Http__TrustedProxies__0 is not set",
                "if a proxy on this machine serves others, the audit trail has the proxy's address in place of each caller's",
                "set it to 127.0.0.1 if there is such a proxy, and let the proxy use an address, because a socket has none");
        }

        if (plain is null && http.AllowPlainHttp)
        {
            yield return new(
                Severity.Advice, "Secronna__Http__AllowPlainHttp is true, and no address needs it",
                "a later change of the addresses would go unnoticed", "unset it");
        }

        foreach (var network in http.TrustedProxies.Where(network => network.PrefixLength < (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? NarrowPrefix4 : NarrowPrefix6)))
        {
            yield return new(
                Severity.Warning, $"Secronna__Http__TrustedProxies trusts the whole network {network}",
                "every machine in it can write any caller's address into the audit trail", "name the proxies' own addresses");
        }
    }

    private static IEnumerable<Finding> FindAboutNames(CheckedFacts facts)
    {
        if (facts.Settings.Http.AllowedHosts.Count == 0)
        {
            yield return new(
                facts.Addresses.All(ListenAddresses.IsLocal) ? Severity.Advice : Severity.Warning,
                "Secronna__Http__AllowedHosts__0 is not set, so that the server answers to any host name",
                "a web page can point a name of its own at this server, and send requests from its visitors' browsers (DNS rebinding)",
                "set it to the names that clients use");
        }
    }

    private static IEnumerable<Finding> FindAboutCertificate(CheckedFacts facts)
    {
        if (facts.Certificate is not { } certificate)
        {
            yield break;
        }

        if (facts.Now >= certificate.NotAfter || facts.Now < certificate.NotBefore)
        {
            yield return new(
                Severity.Danger,
                string.Create(CultureInfo.InvariantCulture, $"the certificate of Secronna__Http__Certificate is not valid now: it is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u}"),
                "clients refuse to connect", "replace its files, or set the clock");
        }
        else if (certificate.NotAfter - facts.Now < ExpiryWarningTime)
        {
            yield return new(
                Severity.Warning,
                string.Create(CultureInfo.InvariantCulture, $"the certificate of Secronna__Http__Certificate expires at {certificate.NotAfter:u}"),
                "clients then refuse to connect", "renew it; the server reads the files again by itself");
        }

        foreach (var name in certificate.OtherNames)
        {
            yield return new(
                Severity.Danger, $"the certificate of Secronna__Http__Certificate is not for {name}, a name in Secronna__Http__AllowedHosts",
                "clients that use this name refuse to connect", "get a certificate for this name, or take the name off the list");
        }
    }
}
