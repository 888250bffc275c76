using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Secronna.IntegrationTests.Engines;
using Secronna.Storage;
using Secronna.Storage.Engine;
using Secronna.Tests.Postgres;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

/// <summary>TLS to the database with a private CA, and nobody in between.</summary>
[Trait(TestEngine.Trait, TestEngine.PostgreSql)]
public sealed class PostgresTlsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);

    private readonly TemporaryFolder folder = new();
    private PostgresCluster cluster = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await PostgresCluster.StartNewAsync();
        using var ca = NewCa("the CA");
        using var other = NewCa("another CA");
        File.WriteAllText(folder["ca.pem"], ca.ExportCertificatePem());
        File.WriteAllText(folder["other.pem"], other.ExportCertificatePem());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var server = NewServer(ca, key, "localhost");
        File.WriteAllText(InCluster("server.pem"), server.ExportCertificatePem());
        File.WriteAllText(InCluster("server.key"), key.ExportPkcs8PrivateKeyPem());
        cluster.GiveToServer(InCluster("server.pem"));
        cluster.GiveToServer(InCluster("server.key"));
        await cluster.StopAsync();
        cluster.Settings.AddRange(["ssl=on", $"ssl_cert_file={InCluster("server.pem")}", $"ssl_key_file={InCluster("server.key")}"]);
        await cluster.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_server_of_the_name_with_a_certificate_of_the_CA_is_talked_to_and_no_other()
    {
        var engine = DatabaseEngines.Postgres(ConnectionString("localhost", "VerifyFull", "ca.pem"));
        await Migrator.ApplyAsync(engine);
        await using (var database = await engine.OpenAsync(_ => { }))
        {
            Assert.True(await database.ReadAsync(0, async (session, _) =>
            {
                await using var query = session.Prepare("SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl");
                return await query.ReadAsync() && query.GetInt64(0) == 1;
            }));
        }

        const string Reason = "the server's certificate is refused: it must be for the host ";
        Assert.Contains(Reason + "127.0.0.1", await RefusedAsync("127.0.0.1", "VerifyFull", "ca.pem"), StringComparison.Ordinal);
        Assert.Contains(Reason + "localhost", await RefusedAsync("localhost", "VerifyFull", "other.pem"), StringComparison.Ordinal);
        Assert.Contains(Reason, await RefusedAsync("localhost", "VerifyCA", "other.pem"), StringComparison.Ordinal);
        // Without the CA's certificate the system's are asked, which don't know it.
        Assert.Contains(Reason, await RefusedAsync("localhost", "VerifyFull", null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_TLS_is_refused_where_it_is_wanted()
    {
        var plain = await PostgresTestEngine.RunningAsync();
        var refusal = await Assert.ThrowsAsync<StorageSetupException>(async () => await DatabaseEngines.Postgres(
            $"{plain.ConnectionString("postgres")};SSL Mode=VerifyFull;Root Certificate={folder["ca.pem"]}").OpenAsync(_ => { }));
        Assert.Contains("SSL", refusal.Message, StringComparison.Ordinal);
    }

    private string InCluster(string name) => Path.Combine(cluster.Folder, name);

    private string ConnectionString(string host, string mode, string? root) =>
        $"Host={host};Port={cluster.Port};Database=postgres;Username=postgres;SSL Mode={mode}"
        + (root is null ? "" : $";Root Certificate={folder[root]}");

    private async Task<string> RefusedAsync(string host, string mode, string? root) =>
        (await Assert.ThrowsAsync<StorageSetupException>(async () =>
            await DatabaseEngines.Postgres(ConnectionString(host, mode, root)).OpenAsync(_ => { }))).Message;

    private static X509Certificate2 NewCa(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(From, From.AddDays(10));
    }

    private static X509Certificate2 NewServer(X509Certificate2 ca, ECDsa key, string host)
    {
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        return request.Create(ca, From, From.AddDays(9), RandomNumberGenerator.GetBytes(8));
    }
}
