using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Deploy;

/// <summary>With the shipped configuration of haproxy and the shipped settings, the trail records the caller's own address.</summary>
public sealed class CallerAddressTests
{
    private const string Caller = "127.0.0.77";

    [Fact]
    public async Task The_trail_has_the_callers_address_whatever_forwarding_headers_the_caller_sends()
    {
        using var installation = await TestInstallation.CreateAsync();
        var addresses = DeployFiles.NewAddresses();
        foreach (var line in (await File.ReadAllLinesAsync(DeployFiles.PathOf("three-nodes/secronna.env"))).Where(line => line.StartsWith("Secronna__Http__", StringComparison.Ordinal)))
        {
            installation.Environment[line.Split('=')[0]] = line.Split('=')[1];
        }

        await using var balancer = await LoadBalancer.StartAsync(addresses, installation.Folder["haproxy.log"]);
        await using var node = await RunningServer.StartAsync(
            installation.Folder.Path, installation.Environment, "serve", "--urls", "http://" + addresses["SECRONNA_NODE_1"]);
        using var api = new Api(balancer.Url, installation.Token);
        await Until.HoldsAsync("the balancer has the node", async () => (await api.GetAsync("/health/ready")).Status == 200);
        var (_, environment) = await api.CreateEnvironmentAsync("Address");
        var id = (string)(await api.WriteAsync(environment, "KEY", "value")).Data["id"]!;

        await RevealAsync(balancer.Url, installation.Token, id);

        var entry = Assert.Single(await api.ListAsync("/api/v1/audit?action=secret.reveal"));
        Assert.Equal(Caller, (string?)entry["ip"]);
    }

    private static async Task RevealAsync(string url, string token, string id)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{url}/api/v1/secrets/{id}/reveal");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-Forwarded-For", ["203.0.113.9", "127.0.0.1"]);
        request.Headers.Add("Forwarded", "for=203.0.113.9");
        using var response = await client.SendAsync(request);
        Assert.Equal("value", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]!["value"]);
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(Caller), 0));
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
