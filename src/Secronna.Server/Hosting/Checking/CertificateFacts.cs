using Secronna.Server.Hosting.Configuration;
using Secronna.Server.Hosting.Tls;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting.Checking;

/// <summary>What the check knows of the server's certificate.</summary>
/// <param name="NotBefore">From when it is valid.</param>
/// <param name="NotAfter">Until when it is valid.</param>
/// <param name="OtherNames">The allowed host names that the certificate is not for.</param>
internal sealed record CertificateFacts(DateTimeOffset NotBefore, DateTimeOffset NotAfter, IReadOnlyList<string> OtherNames)
{
    /// <summary>Reads the certificate of the settings; <c>null</c> if they name none.</summary>
    /// <exception cref="SettingsException">The certificate can't be used.</exception>
    public static CertificateFacts? Find(Settings settings, TimeProvider time)
    {
        if (TlsCertificate.Open(settings.Http, time)?.Context.TargetCertificate is not { } certificate)
        {
            return null;
        }

        // A wildcard stands for every name below it, so any one name shows whether the certificate has it.
        var others = settings.Http.AllowedHosts.Where(host => !certificate.MatchesHostname(host.Replace("*.", "any.", StringComparison.Ordinal)));
        return new(certificate.NotBefore, certificate.NotAfter, [.. others]);
    }
}
