using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Hosting.Tls;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>Checks that <c>https</c> addresses have a certificate, and that it is configured in only one way.</summary>
internal static class ListenCertificates
{
    private const string DefaultSection = "Kestrel:Certificates:Default";

    /// <summary>Requires exactly one certificate for every <c>https</c> address.</summary>
    /// <exception cref="SettingsException">
    /// An address has no certificate, two certificates are configured, or the certificate's files can't be used.
    /// </exception>
    public static void Require(IEnumerable<string> urls, IConfiguration configuration, Settings settings)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        using var files = CertificateFiles.Read(settings.Http);
        if (files is not null)
        {
            RequireNoOther(configuration, endpoints);
            files.Check();
            return;
        }

        var withoutOwn = endpoints.Where(endpoint => !HasCertificate(endpoint)).Select(endpoint => endpoint["Url"]).OfType<string>();
        if (!configuration.GetSection(DefaultSection).Exists() && urls.Concat(withoutOwn).FirstOrDefault(IsTls) is { } url)
        {
            throw new SettingsException(
                $"{url} needs a certificate: set Secronna__Http__Certificate and Secronna__Http__CertificateKey to PEM files");
        }
    }

    private static void RequireNoOther(IConfiguration configuration, List<IConfigurationSection> endpoints)
    {
        if (configuration.GetSection(DefaultSection).Exists() || endpoints.Exists(HasCertificate))
        {
            throw new SettingsException(
                "Secronna__Http__Certificate is set, and so is a certificate under Kestrel__: unset one of them");
        }
    }

    private static bool HasCertificate(IConfigurationSection endpoint) =>
        endpoint.GetSection("Certificate").Exists() || endpoint.GetSection("Sni").Exists();

    private static bool IsTls(string url) => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
}
