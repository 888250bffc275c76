using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;
using Secronna.Protocol;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>
/// An investigator who has only <c>secronna-server audit</c> tells who was refused, at what, from which address, and how often.
/// </summary>
public sealed class RefusalTrailTests
{
    private const int Keys = 30;

    [Fact]
    public async Task Probes_from_three_addresses_are_told_apart_after_the_server_was_asked_to_stop()
    {
        using var installation = await TestInstallation.CreateAsync();
        var expected = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await using (var server = await installation.ServeAsync())
        {
            using var api = new Api(server.Url, installation.Token);
            var (_, environment) = await api.CreateEnvironmentAsync("Web");
            var ids = new List<string>();
            for (var i = 0; i < Keys; i++)
            {
                ids.Add((string)(await api.WriteAsync(environment, $"KEY_{i}", "v")).Data["id"]!);
            }

            var key = (await api.PostAsync("/api/v1/access-keys", new JsonObject
            {
                ["name"] = "thief",
                ["grants"] = new JsonArray(new JsonObject { ["path"] = "elsewhere", ["actions"] = new JsonArray("list") }),
            })).Data;
            var dice = new Dice(7);
            foreach (var address in (string[])["127.0.0.2", "127.0.0.3", "127.0.0.4"])
            {
                using var thief = From(address, server.Url, (string)key["token"]!);
                for (var i = 0; i < 3 * Keys; i++)
                {
                    var (id, isReveal) = (dice.Of(ids), dice.IsOneIn(2));
                    using var answer = isReveal
                        ? await thief.PostAsync(new Uri($"/api/v1/secrets/{id}/reveal", UriKind.Relative), null)
                        : await thief.DeleteAsync(new Uri($"/api/v1/secrets/{id}", UriKind.Relative));
                    Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
                    var finding = Finding((string)key["id"]!, address, isReveal ? AuditActions.SecretReveal : AuditActions.SecretDelete, id);
                    expected[finding] = expected.GetValueOrDefault(finding) + 1;
                }
            }

            Assert.Equal(0, await server.StopAsync());
        }

        var found = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in (await installation.DoAsync("audit", "--workspace", TestInstallation.WorkspaceId)).Out
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var entry = JsonNode.Parse(line)!["entry"]!;
            if ((string)entry["outcome"]! == AuditOutcomes.Denied)
            {
                var finding = Finding((string)entry["actorId"]!, (string)entry["ip"]!, (string)entry["action"]!, (string)entry["metadata"]!["secretId"]!);
                found[finding] = found.GetValueOrDefault(finding) + ((int?)entry["metadata"]!["count"] ?? 1);
            }
        }

        Assert.Equal(expected, found);
    }

    private static string Finding(string actor, string address, string action, string target) =>
        $"{actor} from {address}: {action} at {target}";

    // Connects from another address of loopback.
    private static HttpClient From(string address, string url, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            BaseAddress = new Uri(url),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
