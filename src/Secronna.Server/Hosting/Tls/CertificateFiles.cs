using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Secronna.Crypto;
using Secronna.Server.Http;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting.Tls;

/// <summary>The contents of two PEM files at one moment: a certificate with its intermediates, and its private key.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private const string CertificateSetting = "Secronna__Http__Certificate";
    private const string KeySetting = "Secronna__Http__CertificateKey";
    // The extended key usage of TLS servers: RFC 5280, section 4.2.1.12.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int MaxBytes = 1024 * 1024;

    private readonly HttpSettings settings;
    private readonly byte[] certificate;
    private readonly PinnedBuffer key;

    private CertificateFiles(HttpSettings settings)
    {
        this.settings = settings;
        certificate = ReadPublic(settings.Certificate!);
        key = PrivateFile.Read(settings.CertificateKey!, KeySetting);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(SHA256.HashData(certificate));
        digest.AppendData(SHA256.HashData(key.Span));
        Digest = digest.GetHashAndReset();
    }

    /// <summary>SHA-256 over both files; it changes when a file changes.</summary>
    public byte[] Digest { get; }

    /// <summary>Reads both files; <c>null</c> when neither is configured.</summary>
    /// <exception cref="SettingsException">
    /// Only one is configured, a file can't be read, or other users can read the key.
    /// </exception>
    public static CertificateFiles? Read(HttpSettings settings) => settings switch
    {
        { Certificate: null, CertificateKey: null } => null,
        { Certificate: null } => throw new SettingsException(
            $"{KeySetting} is set: set {CertificateSetting} too, to the file with its certificate"),
        { CertificateKey: null } => throw new SettingsException(
            $"{CertificateSetting} is set: set {KeySetting} too, to the file with its private key"),
        _ => new CertificateFiles(settings),
    };

    /// <summary>Parses the certificate for handshakes and the chain that is sent with it.</summary>
    /// <exception cref="SettingsException">The files hold no server certificate with its key.</exception>
    public SslStreamCertificateContext Parse() => Parse((server, all) => SslStreamCertificateContext.Create(server, all));

    /// <summary>Checks that the files can be used.</summary>
    /// <exception cref="SettingsException">They can't be used.</exception>
    public void Check() => Parse((server, _) =>
    {
        server.Dispose();
        return true;
    });

    private T Parse<T>(Func<X509Certificate2, X509Certificate2Collection, T> use)
    {
        var text = Encoding.UTF8.GetString(certificate);
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);
            var server = ParsePair(text);
            RequireServerCertificate(server);
            return use(server, all);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException(
                $"{CertificateSetting} and {KeySetting} don't fit together: {settings.Certificate} must hold certificates in PEM, the server's "
                + "first, and "
                + $"{settings.CertificateKey} that certificate's private key in PEM, not encrypted");
        }
    }

    public void Dispose() => key.Dispose();

    private X509Certificate2 ParsePair(string text)
    {
        var characters = GC.AllocateArray<char>(key.Length, pinned: true);
        try
        {
            var length = Encoding.UTF8.GetChars(key.Span, characters);
            return X509Certificate2.CreateFromPem(text, characters.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(characters.AsSpan()));
        }
    }

    private void RequireServerCertificate(X509Certificate2 server)
    {
        var uses = server.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList();
        if (uses.Count > 0 && !uses.Exists(use => use.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == ServerAuthentication)))
        {
            throw new SettingsException($"{CertificateSetting}: the certificate in {settings.Certificate} is not a server certificate");
        }
    }

    private static byte[] ReadPublic(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= MaxBytes }
                ? File.ReadAllBytes(path)
                : throw new SettingsException(
                    $"{CertificateSetting}: there is no file {path} that this user may read, or it is larger than {MaxBytes} bytes");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{CertificateSetting}: {path} can't be read: {exception.Message}");
        }
    }
}
