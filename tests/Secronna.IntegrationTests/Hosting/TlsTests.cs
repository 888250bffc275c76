using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Hosting.Tls;
using Secronna.Server.Http;
using Secronna.Tests.Tls;
using Xunit;

namespace Secronna.IntegrationTests.Hosting;

/// <summary>TLS with the certificate of the settings, and its renewal when the files change.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = TestClock.New();
    private readonly ServerCertificates certificates;

    public TlsTests() => certificates = new ServerCertificates(time.GetUtcNow());

    private string CertificateFile => folder["tls.crt"];

    private string KeyFile => folder["tls.key"];

    public void Dispose()
    {
        certificates.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_certificate_chain_is_sent_and_TLS_versions_before_1_2_are_refused()
    {
        var thumbprint = certificates.Write(CertificateFile, KeyFile);
        await using var server = await StartAsync();

        var (seen, chain) = await HandshakeAsync(server);

        Assert.Equal(thumbprint, seen);
        Assert.Equal(["CN=intermediate"], chain);
        await HandshakeAsync(server, SslProtocols.Tls12);
        await HandshakeAsync(server, SslProtocols.Tls13);
#pragma warning disable SYSLIB0039, CA5397 // To see that it is refused.
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(server, SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397
        Assert.Contains(Lines(server, "is in use"), line => line.Contains(thumbprint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replaced_certificate_is_used_for_new_connections_and_open_ones_go_on()
    {
        certificates.Write(CertificateFile, KeyFile);
        await using var server = await StartAsync();
        await using var before = await ConnectAsync(server);
        var next = certificates.New();

        // The files are replaced one after the other. The watch looks in between, when the certificate does not fit the key.
        Replace(CertificateFile, next.Certificate);
        await AdvanceUntilLoggedAsync(server, "and can't be used; the previous certificate stays in use");
        Assert.NotEqual(next.Thumbprint, (await HandshakeAsync(server)).Thumbprint);
        Replace(KeyFile, next.Key);
        await AdvanceUntilLoggedAsync(server, next.Thumbprint);

        Assert.Equal(next.Thumbprint, (await HandshakeAsync(server)).Thumbprint);
        Assert.Contains("live", await AskAsync(before), StringComparison.Ordinal);
        Assert.Single(Lines(server, "can't be used; the previous certificate stays in use"));
    }

    [Fact]
    public async Task A_swapped_symbolic_link_to_the_folder_is_noticed()
    {
        foreach (var name in (string[])["one", "two"])
        {
            Directory.CreateDirectory(folder[name]);
        }

        certificates.Write(folder["one/tls.crt"], folder["one/tls.key"]);
        var next = certificates.Write(folder["two/tls.crt"], folder["two/tls.key"]);
        File.CreateSymbolicLink(folder["now"], "one");
        File.CreateSymbolicLink(CertificateFile, "now/tls.crt");
        File.CreateSymbolicLink(KeyFile, "now/tls.key");
        await using var server = await StartAsync();

        File.CreateSymbolicLink(folder["new"], "two");
        // File.Move cannot replace one link to a folder by another.
        using (var move = Process.Start("mv", ["-T", folder["new"], folder["now"]]))
        {
            await move.WaitForExitAsync();
        }

        await AdvanceUntilLoggedAsync(server, next);

        Assert.Equal(next, (await HandshakeAsync(server)).Thumbprint);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("empty")]
    [InlineData("nonsense")]
    [InlineData("another's key")]
    [InlineData("readable")]
    public async Task An_unusable_change_leaves_the_certificate_in_use_and_is_logged_once(string change)
    {
        var thumbprint = certificates.Write(CertificateFile, KeyFile);
        await using var server = await StartAsync();
        switch (change)
        {
            case "gone": File.Delete(CertificateFile); break;
            case "empty": Replace(CertificateFile, ""); break;
            case "nonsense": Replace(KeyFile, "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n"); break;
            case "another's key": Replace(KeyFile, certificates.New().Key); break;
            default: ServerCertificates.SetMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead); break;
        }

        await AdvanceUntilLoggedAsync(server, "and can't be used; the previous certificate stays in use");
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(thumbprint, (await HandshakeAsync(server)).Thumbprint);
        }

        // Checked before the next pair is written, because the watch may look between its two files and log that they do not fit.
        Assert.Single(Lines(server, "can't be used; the previous certificate stays in use"));
        await AdvanceUntilLoggedAsync(server, certificates.Write(CertificateFile, KeyFile));
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("PRIVATE KEY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(90, null)]
    [InlineData(15, null)]
    [InlineData(13, "Warning Secronna [24]: The TLS certificate in use expires at 2026-01-14")]
    [InlineData(-1, "Error Secronna [25]: The TLS certificate in use expired at 2025-12-31")]
    public void A_certificate_that_expires_soon_is_logged_once_a_day(double days, string? said)
    {
        certificates.Write(CertificateFile, KeyFile, days);
        using var log = new CapturedLog();
        var logger = log.CreateLogger("Secronna");
        var certificate = TlsCertificate.Open(new HttpSettings { Certificate = CertificateFile, CertificateKey = KeyFile }, time)!;
        for (var day = 0; day < 2; day++)
        {
            for (var i = 0; i < 5; i++)
            {
                time.Advance(TimeSpan.FromSeconds(10));
                certificate.Refresh(logger);
            }

            Assert.Equal(said is null && (day == 0 || days > 15) ? 0 : day + (said is null ? 0 : 1), log.Lines.Count);
            time.Advance(TimeSpan.FromDays(1));
        }

        Assert.All(log.Lines, line => Assert.StartsWith(said ?? "Warning Secronna [24]: The TLS certificate in use expires at 2026-01-16", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Strict_Transport_Security_is_sent_only_over_TLS_whatever_headers_claim()
    {
        certificates.Write(CertificateFile, KeyFile);
        await using var server = await StartAsync();
        await using var secure = await ConnectAsync(server);
        Assert.Contains("Strict-Transport-Security: max-age=31536000\r\n", await AskAsync(secure), StringComparison.Ordinal);

        await using var plain = await TestServer.StartAsync();
        var reply = await plain.Anyone.SendToAsync(
            "GET", "/health/live", null, ("Host", "secrets.example.com"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9"));
        Assert.Null(reply.Header("Strict-Transport-Security"));
    }

    [Fact]
    [RunsAlone]
    public async Task A_body_that_takes_too_long_over_HTTP_2_is_refused_and_its_connection_goes_on()
    {
        certificates.Write(CertificateFile, KeyFile);
        await using var server = await StartAsync();
        var workspace = await server.NewWorkspaceAsync();
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, own, _, _) => own is not null } };
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        client.DefaultRequestHeaders.Authorization = new("Bearer", workspace.Token);
        using var slow = new HalfContent();

        var answer = client.PostAsync(new Uri(server.Address, ApiClient.Base + "/projects"), slow);
        await slow.HalfSent;
        // Waits for admission first: while the clock leaps, the cached credential would always be too old.
        await Until.HoldsAsync(
            "the request is admitted",
            () => server.Sql("SELECT last_used_at FROM credentials WHERE id = @id", ("@id", workspace.ApiKeyId))[0][0] is long);
        await Until.HoldsAsync(
            "the request is refused",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return answer.IsCompleted;
            });

        using var refused = await answer;
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("the body took longer", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var after = await client.GetAsync(new Uri(server.Address, ApiClient.Base + "/me"));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    [RunsAlone]
    public async Task A_TLS_handshake_that_never_ends_is_given_up()
    {
        certificates.Write(CertificateFile, KeyFile);
        await using var server = await StartAsync();
        using var silent = await RawConnection.OpenAsync(server.Address);
        await silent.SendAsync("\u0016\u0003\u0001");

        Assert.Equal("", await silent.ReceiveAsync());

        await HandshakeAsync(server);
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(
        settings => (settings.Http.Certificate, settings.Http.CertificateKey) = (CertificateFile, KeyFile), time, url: "https://127.0.0.1:0");

    private static IEnumerable<string> Lines(TestServer server, string part) =>
        server.Log.Lines.Where(line => line.Contains(part, StringComparison.Ordinal));

    // Advances the clock until the watch has looked and logged the text.
    private Task<TimeSpan> AdvanceUntilLoggedAsync(TestServer server, string said) => Until.HoldsAsync(
        said,
        () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Lines(server, said).Any();
        });

    private void Replace(string file, string text)
    {
        ServerCertificates.WriteKey(folder["new"], text);
        File.Move(folder["new"], file, overwrite: true);
    }

    private async Task<(string Thumbprint, string[] Chain)> HandshakeAsync(TestServer server, SslProtocols protocols = SslProtocols.None)
    {
        string[] chain = [];
        await using var stream = await ConnectAsync(server, protocols, sent => chain = sent);
        return (stream.RemoteCertificate!.GetCertHashString(HashAlgorithmName.SHA256), chain);
    }

    // The chain's extra store holds the certificates that the server sent besides its own.
    private static async Task<SslStream> ConnectAsync(
        TestServer server, SslProtocols protocols = SslProtocols.None, Action<string[]>? seen = null)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "secrets.example.com",
            EnabledSslProtocols = protocols,
            RemoteCertificateValidationCallback = (_, own, chain, _) =>
            {
                seen?.Invoke([.. chain!.ChainPolicy.ExtraStore.Where(sent => !sent.Equals(own)).Select(sent => sent.Subject)]);
                return true;
            },
        });
        return stream;
    }

    private static async Task<string> AskAsync(SslStream stream)
    {
        await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: secrets.example.com\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    /// <summary>A body whose second half never comes.</summary>
    private sealed class HalfContent : HttpContent
    {
        private readonly TaskCompletionSource half = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HalfContent() => Headers.ContentType = new("application/json");

        public Task HalfSent => half.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{\"name\":"u8.ToArray());
            await stream.FlushAsync();
            half.SetResult();
            await new TaskCompletionSource().Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
