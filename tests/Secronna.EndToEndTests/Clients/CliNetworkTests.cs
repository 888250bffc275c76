using System.Net;
using System.Net.Sockets;
using System.Text;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Tls;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The network path to the server: TLS by a private authority, a proxy, and plain HTTP to other machines.</summary>
public sealed class CliNetworkTests : IDisposable
{
    private readonly ServerCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task A_private_authority_is_trusted_once_it_is_named()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.UseTls(certificates);
        await using var server = await installation.ServeTlsAsync(certificates.Root);
        var cli = new CommandLine(installation.Folder.Path, server.Url, installation.Token);

        var untrusted = await cli.RunAsync("", "auth", "whoami");
        Assert.Equal(1, untrusted.ExitCode);
        Assert.Contains("SSL_CERT_FILE", untrusted.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(installation.Token, untrusted.Error, StringComparison.Ordinal);

        await File.WriteAllTextAsync(installation.Folder["ca.pem"], certificates.Root.ExportCertificatePem());
        cli.Variables["SSL_CERT_FILE"] = installation.Folder["ca.pem"];
        Assert.Equal(0, (await cli.RunAsync("", "auth", "whoami")).ExitCode);

        // The same authority signed the certificate, but for another name.
        cli.Variables["SECRONNA_API_URL"] = server.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var otherName = await cli.RunAsync("", "auth", "whoami");
        Assert.Equal(1, otherName.ExitCode);
        Assert.Contains("its certificate is for another name than localhost", otherName.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("SSL_CERT_FILE", otherName.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_is_asked_for_a_tunnel_and_sees_no_token()
    {
        using var installation = await TestInstallation.CreateAsync();
        installation.UseTls(certificates);
        await using var server = await installation.ServeTlsAsync(certificates.Root);
        await File.WriteAllTextAsync(installation.Folder["ca.pem"], certificates.Root.ExportCertificatePem());
        await using var proxy = new RawServer((stream, _, over) => TunnelAsync(stream, new Uri(server.Url).Port, over));
        // The address names another machine, so that the proxy is used.
        var cli = new CommandLine(
            installation.Folder.Path, server.Url.Replace("127.0.0.1", "secrets.example", StringComparison.Ordinal), installation.Token);
        cli.Variables["SSL_CERT_FILE"] = installation.Folder["ca.pem"];
        cli.Variables["HTTPS_PROXY"] = proxy.Url;
        cli.Variables["NO_PROXY"] = "";

        var ended = await cli.RunAsync("", "auth", "whoami");

        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.StartsWith($"CONNECT secrets.example:{new Uri(server.Url).Port} ", Assert.Single(proxy.Asked), StringComparison.Ordinal);
        Assert.DoesNotContain(installation.Token, proxy.Asked[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http_proxy")]
    [InlineData("all_proxy")]
    [InlineData("HTTPS_PROXY")]
    public async Task A_proxy_is_never_used_for_this_machine(string variable)
    {
        await using var dev = await DevServer.StartAsync();
        await using var proxy = RawServer.Saying("");
        (dev.Cli.Variables[variable], dev.Cli.Variables["no_proxy"]) = (proxy.Url, "");
        var ended = await dev.Cli.RunAsync("", "auth", "whoami");
        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.Empty(proxy.Asked);
    }

    [Fact]
    public async Task Plain_http_to_another_machine_is_refused_before_anything_is_sent()
    {
        using var folder = new TemporaryFolder();
        var ended = await new CommandLine(folder.Path, "http://192.0.2.1:4230", "st_live_x").RunAsync("", "auth", "whoami");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("--insecure", ended.Error, StringComparison.Ordinal);
    }

    private static async Task TunnelAsync(NetworkStream client, int port, CancellationToken over)
    {
        using var far = new TcpClient();
        await far.ConnectAsync(IPAddress.Loopback, port, over);
        await client.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 Go on\r\n\r\n"), over);
        await Task.WhenAny(client.CopyToAsync(far.GetStream(), over), far.GetStream().CopyToAsync(client, over));
    }
}
