using System.Security.Cryptography;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Tls;

namespace Secronna.EndToEndTests.Tls;

/// <summary>
/// TLS with the certificate of the settings: faults that stop the start, and the certificate's renewal while clients are
/// connected.
/// </summary>
public sealed class CertificateTests : IDisposable
{
    private readonly ServerCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Theory]
    [InlineData("none", "https://127.0.0.1:0 needs a certificate", "Secronna__Http__Certificate", "Secronna__Http__CertificateKey")]
    [InlineData("no key setting", "set Secronna__Http__CertificateKey too")]
    [InlineData("no certificate setting", "set Secronna__Http__Certificate too")]
    [InlineData("no key file", "Secronna__Http__CertificateKey: there is no file", "tls.key")]
    [InlineData("no certificate file", "Secronna__Http__Certificate: there is no file", "tls.crt")]
    [InlineData("empty", "don't fit", "tls.crt", "certificates in PEM")]
    [InlineData("another's key", "don't fit", "tls.crt", "tls.key")]
    [InlineData("encrypted", "don't fit", "not encrypted")]
    [InlineData("for clients", "is not a server certificate", "tls.crt")]
    [InlineData("open", "others can read", "tls.key: run chmod 600")]
    [InlineData("two", "unset one of them")]
    public async Task A_certificate_that_cannot_be_used_stops_the_start_before_anything_is_written(string fault, params string[] said)
    {
        using var installation = await TestInstallation.CreateWithMasterKeyAsync();
        installation.UseTls(certificates);
        Spoil(installation, fault);

        var ended = await installation.RunAsync("serve", "--migrate", "--urls", "https://127.0.0.1:0");

        Assert.Equal(1, ended.ExitCode);
        Assert.StartsWith("Error: ", ended.Error, StringComparison.Ordinal);
        Assert.All(said, part => Assert.Contains(part, ended.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(installation.DataFolder));
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_without_a_restart_and_no_request_fails_meanwhile()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.UseTls(certificates);
        await using var server = await installation.ServeTlsAsync(certificates.Root);
        using var stop = new CancellationTokenSource();
        var onKeptConnections = SendRequestsAsync(server, installation.Token, keepsConnections: true, stop.Token);
        var onNewConnections = SendRequestsAsync(server, installation.Token, keepsConnections: false, stop.Token);

        for (var i = 0; i < 2; i++)
        {
            var next = certificates.New();
            Replace(installation, "tls.key", next.Key);
            Replace(installation, "tls.crt", next.Certificate);
            await Until.HoldsAsync("the new certificate is in use", () => server.Log.Contains(next.Thumbprint, StringComparison.Ordinal));
        }

        await stop.CancelAsync();
        Assert.True(await onKeptConnections > 0);
        Assert.True(await onNewConnections > 0);
        using var api = new Api(server.Url, installation.Token, certificates.Root);
        Assert.Equal(200, (await api.GetAsync("/api/v1/me")).Status);
        Assert.DoesNotContain("PRIVATE", server.Log, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
    }

    // Sends requests without pause and returns their number. Accepts only certificates of the tests' root.
    private async Task<int> SendRequestsAsync(RunningServer server, string token, bool keepsConnections, CancellationToken stop)
    {
        using var api = new Api(server.Url, token, certificates.Root, keepsConnections);
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            Assert.Equal(200, (await api.GetAsync("/api/v1/me")).Status);
            count++;
        }

        return count;
    }

    private void Spoil(TestInstallation installation, string fault)
    {
        var (certificate, key) = (installation.Folder["tls.crt"], installation.Folder["tls.key"]);
        var settings = installation.Environment;
        Dictionary<string, Action> faults = new()
        {
            ["none"] = () =>
            {
                settings.Remove("Secronna__Http__Certificate");
                settings.Remove("Secronna__Http__CertificateKey");
            },
            ["no key setting"] = () => settings.Remove("Secronna__Http__CertificateKey"),
            ["no certificate setting"] = () => settings.Remove("Secronna__Http__Certificate"),
            ["no key file"] = () => File.Delete(key),
            ["no certificate file"] = () => File.Delete(certificate),
            ["empty"] = () => File.WriteAllText(certificate, ""),
            ["another's key"] = () => ServerCertificates.WriteKey(key, certificates.New().Key),
            ["encrypted"] = () => ServerCertificates.WriteKey(key, Encrypted()),
            ["for clients"] = () =>
            {
                var forClients = certificates.New(isForServers: false);
                File.WriteAllText(certificate, forClients.Certificate);
                ServerCertificates.WriteKey(key, forClients.Key);
            },
            ["open"] = () => ServerCertificates.SetMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead),
            ["two"] = () => settings["Kestrel__Certificates__Default__Path"] = certificate,
        };
        faults[fault]();
    }

    private static string Encrypted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportEncryptedPkcs8PrivateKeyPem(
            "password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 1_000));
    }

    private static void Replace(TestInstallation installation, string name, string text)
    {
        ServerCertificates.WriteKey(installation.Folder["new"], text);
        File.Move(installation.Folder["new"], installation.Folder[name], overwrite: true);
    }
}
