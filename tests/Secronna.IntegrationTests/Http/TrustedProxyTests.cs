using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Http;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>
/// The recorded address of a request is the address of the connection or, behind a trusted proxy, the address that the proxy
/// names. The server believes no other sender (S17).
/// </summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class TrustedProxyTests
{
    private const string Header = "X-Forwarded-For";

    [Fact]
    public async Task Without_trusted_proxies_the_header_is_ignored()
    {
        await using var server = await StartAsync([]);
        Assert.Equal("127.0.0.1", await RecordedAddressAsync(server, (Header, "203.0.113.9")));
        for (var i = 0; i < 3; i++)
        {
            (await FailAsync(server, (Header, $"203.0.113.{i}"))).IsError(401, "AUTH_REQUIRED");
        }

        (await FailAsync(server, (Header, "203.0.113.9"))).IsError(429, "RATE_LIMITED");
    }

    [Fact]
    public async Task The_header_of_a_sender_that_is_not_a_trusted_proxy_is_ignored()
    {
        await using var server = await StartAsync(["10.0.0.0/8", "127.0.0.2"]);
        Assert.Equal("127.0.0.1", await RecordedAddressAsync(server, (Header, "203.0.113.9")));
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("203.0.113.9:5123", "203.0.113.9")]
    [InlineData("2001:db8::9", "2001:db8::9")]
    [InlineData("[2001:db8::9]:443", "2001:db8::9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("1.2.3.4, 203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("1.2.3.4, 203.0.113.9, 10.0.0.7", "203.0.113.9")]
    [InlineData("203.0.113.9, 10.0.0.7, 10.9.9.9", "203.0.113.9")]
    [InlineData("10.0.0.8, 10.0.0.7", "10.0.0.8")]
    public async Task Behind_trusted_proxies_the_last_address_that_is_not_a_proxy_counts(string sent, string seen)
    {
        await using var server = await StartAsync(["127.0.0.0/8", "10.0.0.0/8"]);
        Assert.Equal(seen, await RecordedAddressAsync(server, (Header, sent)));
    }

    [Theory]
    [InlineData("", "127.0.0.1")]
    [InlineData(" , ,", "127.0.0.1")]
    [InlineData("unknown", "127.0.0.1")]
    [InlineData("203.0.113.9, unknown", "127.0.0.1")]
    [InlineData("203.0.113.9, 999.1.1.1", "127.0.0.1")]
    [InlineData("<script>", "127.0.0.1")]
    [InlineData("unknown, 203.0.113.9", "203.0.113.9")]
    [InlineData("unknown, 10.0.0.7", "10.0.0.7")]
    public async Task The_header_is_read_from_its_end_up_to_the_first_malformed_address(string sent, string seen)
    {
        await using var server = await StartAsync(["127.0.0.0/8", "10.0.0.0/8"]);
        Assert.Equal(seen, await RecordedAddressAsync(server, (Header, sent)));
    }

    [Fact]
    public async Task A_header_of_many_addresses_is_read_and_other_forwarding_headers_are_ignored()
    {
        await using var server = await StartAsync(["127.0.0.0/8", "10.0.0.0/8"]);
        var many = string.Join(",", Enumerable.Repeat("10.0.0.7", 3_000));
        Assert.Equal("203.0.113.9", await RecordedAddressAsync(server, (Header, "203.0.113.9," + many)));
        Assert.Equal("127.0.0.1", await RecordedAddressAsync(
            server, ("Forwarded", "for=203.0.113.9"), ("X-Real-IP", "203.0.113.9"), ("X-Forwarded-Host", "evil.example.net"), ("X-Forwarded-Proto", "gopher")));
    }

    [Fact]
    public async Task Failed_authentications_behind_a_proxy_are_counted_by_the_address_that_the_proxy_names()
    {
        await using var server = await StartAsync(["127.0.0.1"]);
        for (var i = 0; i < 3; i++)
        {
            (await FailAsync(server, (Header, $"198.51.100.{i}, 203.0.113.9"))).IsError(401, "AUTH_REQUIRED");
        }

        (await FailAsync(server, (Header, "198.51.100.77, 203.0.113.9"))).IsError(429, "RATE_LIMITED");
        (await FailAsync(server, (Header, "203.0.113.10"))).IsError(401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task Over_a_Unix_socket_the_headers_are_ignored_because_the_sender_has_no_address()
    {
        using var folder = new TemporaryFolder();
        var settings = new HttpSettings();
        settings.TrustedProxies.Add(IPNetwork.Parse("10.0.0.0/8"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://unix:" + folder["s"]);
        await using var app = builder.Build();
        app.UseTrustedProxies(settings);
        app.Run(context => context.Response.WriteAsync($"{context.Connection.RemoteIpAddress} {context.Request.Scheme}"));
        await app.StartAsync(TestContext.Current.CancellationToken);

        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (_, cancellation) => await ConnectAsync(folder["s"], cancellation) });
        client.DefaultRequestHeaders.Add(Header, "203.0.113.9");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        Assert.Equal(" http", await client.GetStringAsync(new Uri("http://localhost/"), TestContext.Current.CancellationToken));
    }

    private static async Task<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<string> RecordedAddressAsync(TestServer server, params (string Name, string Value)[] headers)
    {
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var revealed = (await environment.Api.SendAsync("POST", $"/secrets/{id}/reveal", null, headers)).Is(200);
        var entries = await environment.Workspace.AuditAsync("action=secret.reveal");
        return Assert.Single(entries, entry => entry.Text("requestId") == revealed.RequestId).Text("ip");
    }

    private static Task<Reply> FailAsync(TestServer server, params (string Name, string Value)[] headers) =>
        server.With("garbage").SendAsync("GET", "/me", null, headers);

    private static Task<TestServer> StartAsync(string[] trusted) => TestServer.StartAsync(settings =>
    {
        settings.Limits.FailedAuthenticationsPerMinute = 3;
        foreach (var proxy in trusted)
        {
            settings.Http.TrustedProxies.Add(IPNetwork.Parse(proxy.Contains('/', StringComparison.Ordinal) ? proxy : proxy + "/32"));
        }
    });
}
