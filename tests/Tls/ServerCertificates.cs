using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Secronna.Tests.Tls;

/// <summary>
/// A root authority, an intermediate one, and the certificates for 127.0.0.1 and secrets.example that the intermediate one signs.
/// </summary>
internal sealed class ServerCertificates : IDisposable
{
    private readonly DateTimeOffset now;
    private readonly ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 intermediate;

    public ServerCertificates(DateTimeOffset? now = null)
    {
        this.now = now ?? TimeProvider.System.GetUtcNow();
        var root = Authority("CN=root", rootKey);
        Root = root.CreateSelfSigned(this.now.AddDays(-2), this.now.AddDays(400));
        using var unsigned = Authority("CN=intermediate", key).Create(Root, this.now.AddDays(-2), this.now.AddDays(400), Serial());
        intermediate = unsigned.CopyWithPrivateKey(key);
    }

    /// <summary>The root's certificate, which clients must trust.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>Returns a new certificate with its intermediate and its key, both in PEM, and its SHA-256 hash in hex.</summary>
    public (string Certificate, string Key, string Thumbprint) New(double days = 90, bool isForServers = true)
    {
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("secrets.example");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isForServers ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        using var signed = request.Create(intermediate, now.AddDays(Math.Min(-1, days - 1)), now.AddDays(days), Serial());
        return (
            signed.ExportCertificatePem() + "\n" + intermediate.ExportCertificatePem() + "\n",
            serverKey.ExportPkcs8PrivateKeyPem() + "\n",
            signed.GetCertHashString(HashAlgorithmName.SHA256));
    }

    /// <summary>Writes a new certificate and its key to files, the key with mode 0600, and returns the SHA-256 hash in hex.</summary>
    public string Write(string certificateFile, string keyFile, double days = 90)
    {
        var created = New(days);
        File.WriteAllText(certificateFile, created.Certificate);
        WriteKey(keyFile, created.Key);
        return created.Thumbprint;
    }

    /// <summary>Writes a key to a file with mode 0600.</summary>
    public static void WriteKey(string file, string key)
    {
        File.WriteAllText(file, key);
        SetMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public static void SetMode(string file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }
    }

    public void Dispose()
    {
        Root.Dispose();
        intermediate.Dispose();
        rootKey.Dispose();
        key.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request;
    }

    private static byte[] Serial() => RandomNumberGenerator.GetBytes(8);
}
