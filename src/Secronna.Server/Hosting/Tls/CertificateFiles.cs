using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Secronna.Crypto;
using Secronna.Server.Http;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting.Tls;

/// <summary>What two PEM files hold at one moment: a certificate with those that lead to its root, and its private key.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private const string Certificate = "Secronna__Http__Certificate";
    private const string Key = "Secronna__Http__CertificateKey";
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const int MostBytes = 1024 * 1024;

    private readonly HttpSettings settings;
    private readonly byte[] certificate;
    private readonly PinnedBuffer key;

    private CertificateFiles(HttpSettings settings)
    {
        this.settings = settings;
        certificate = ReadPublic(settings.Certificate!);
        key = PrivateFile.Read(settings.CertificateKey!, Key);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(SHA256.HashData(certificate));
        digest.AppendData(SHA256.HashData(key.Span));
        Digest = digest.GetHashAndReset();
    }

    /// <summary>The same for the same contents.</summary>
    public byte[] Digest { get; }

    /// <summary>Reads both files; null where none is set.</summary>
    /// <exception cref="SettingsException">One alone is set, or a file can't be read, or others can read the key.</exception>
    public static CertificateFiles? Read(HttpSettings settings) => settings switch
    {
        { Certificate: null, CertificateKey: null } => null,
        { Certificate: null } => throw new SettingsException($"{Key} is set: set {Certificate} too, the file with its certificate"),
        { CertificateKey: null } => throw new SettingsException($"{Certificate} is set: set {Key} too, the file with its private key"),
        _ => new CertificateFiles(settings),
    };

    /// <summary>What handshakes use: the certificate, with the chain that is sent along.</summary>
    /// <exception cref="SettingsException">They hold no certificate for servers, or the key is another's.</exception>
    public SslStreamCertificateContext Parse() => Parse((server, all) => SslStreamCertificateContext.Create(server, all));

    /// <summary>Only looks whether they can be used.</summary>
    /// <exception cref="SettingsException">They can't.</exception>
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
            RequireForServers(server);
            return use(server, all);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException(
                $"{Certificate} and {Key} don't fit: {settings.Certificate} must hold certificates in PEM, the server's first, and "
                + $"{settings.CertificateKey} the private key of that one in PEM, not encrypted");
        }
    }

    public void Dispose() => key.Dispose();

    private X509Certificate2 ParsePair(string text)
    {
        var letters = GC.AllocateArray<char>(key.Length, pinned: true);
        try
        {
            var length = Encoding.UTF8.GetChars(key.Span, letters);
            return X509Certificate2.CreateFromPem(text, letters.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(letters.AsSpan()));
        }
    }

    private void RequireForServers(X509Certificate2 server)
    {
        var uses = server.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList();
        if (uses.Count > 0 && !uses.Exists(use => use.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == ForServers)))
        {
            throw new SettingsException($"{Certificate}: the certificate in {settings.Certificate} is not one for servers");
        }
    }

    private static byte[] ReadPublic(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= MostBytes }
                ? File.ReadAllBytes(path)
                : throw new SettingsException($"{Certificate}: there is no file {path} that this user may read, of at most {MostBytes} bytes");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{Certificate}: {path} can't be read: {exception.Message}");
        }
    }
}
