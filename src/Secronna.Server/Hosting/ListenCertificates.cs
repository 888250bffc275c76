using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Hosting.Tls;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>Whether there is a certificate for <c>https</c> addresses, and one alone.</summary>
internal static class ListenCertificates
{
    private const string Default = "Kestrel:Certificates:Default";

    /// <exception cref="SettingsException">There is none, or two, or its files can't be used.</exception>
    public static void Require(IEnumerable<string> urls, IConfiguration configuration, Settings settings)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        using var files = CertificateFiles.Read(settings.Http);
        if (files is not null)
        {
            RequireAlone(configuration, endpoints);
            files.Check();
            return;
        }

        var open = endpoints.Where(endpoint => !HasOwn(endpoint)).Select(endpoint => endpoint["Url"]).OfType<string>();
        if (!configuration.GetSection(Default).Exists() && urls.Concat(open).FirstOrDefault(IsTls) is { } url)
        {
            throw new SettingsException(
                $"{url} needs a certificate: set Secronna__Http__Certificate and Secronna__Http__CertificateKey to its files in PEM");
        }
    }

    private static void RequireAlone(IConfiguration configuration, List<IConfigurationSection> endpoints)
    {
        if (configuration.GetSection(Default).Exists() || endpoints.Exists(HasOwn))
        {
            throw new SettingsException(
                "Secronna__Http__Certificate is set, and so is a certificate under Kestrel__: unset one of them");
        }
    }

    private static bool HasOwn(IConfigurationSection endpoint) =>
        endpoint.GetSection("Certificate").Exists() || endpoint.GetSection("Sni").Exists();

    private static bool IsTls(string url) => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
}
