using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Tests.Http2;
using Secronna.Tests.Tls;
using Xunit;

namespace Secronna.IntegrationTests.Hosting;

/// <summary>
/// An answer that its client does not take is cut off after an absolute time, over HTTP/1.1 and HTTP/2 alike (S31).
/// </summary>
[RunsAlone]
[Trait(TestEngine.Trait, TestEngine.Any)]
[FlawClass("denial of service")]
public sealed class StalledAnswerTests : IDisposable
{
    private const long Budget = 256L * 1024 * 1024;

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = TestClock.New();
    private readonly ServerCertificates certificates;

    public StalledAnswerTests() => certificates = new ServerCertificates(time.GetUtcNow());

    public void Dispose()
    {
        certificates.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Answers_whose_HTTP_2_window_stays_shut_are_reset_while_other_streams_of_the_connection_move()
    {
        await using var server = await StartTlsAsync();
        using var http = NewClient(server);
        var environment = await FillAsync(server, http, values: 8);
        await using var connection = await RawHttp2.OpenAsync(server.Address, window: 0);
        string[] paths = [$"/environments/{environment.Id}", $"/secrets/{environment.SecretId}", $"/secrets/{environment.SmallId}"];
        for (var i = 0; i < paths.Length; i++)
        {
            var stream = (2 * i) + 1;
            await connection.SendAsync("POST", $"{ApiClient.Base}{paths[i]}/reveal", environment.Token);
            await connection.WaitAsync("the answer begins", frame => frame.Type == Http2Frame.Headers && frame.Stream == stream);
        }

        Assert.False(HasAll(server));
        Assert.False(HasNoneInHand(server, environment));
        time.Advance(TimeSpan.FromSeconds(29));
        await connection.SendAsync("HEAD", "/health/live", environment.Token);
        await connection.WaitAsync("another stream is answered", frame => frame.Type == Http2Frame.Headers && frame.Stream == 7);
        Assert.DoesNotContain(connection.Received, frame => frame.Type == Http2Frame.ResetStream);

        time.Advance(TimeSpan.FromSeconds(2));

        foreach (var stream in (int[])[1, 3, 5])
        {
            await connection.WaitAsync($"stream {stream} is reset", frame => frame.Type == Http2Frame.ResetStream && frame.Stream == stream);
        }

        await Until.HoldsAsync("the memory is given back", () => HasAll(server));
        await Until.HoldsAsync("no request is in hand", () => HasNoneInHand(server, environment));
        await connection.SendAsync("HEAD", "/health/live", environment.Token);
        await connection.WaitAsync("the connection goes on", frame => frame.Type == Http2Frame.Headers && frame.Stream == 9);
        Assert.DoesNotContain(connection.Received, frame => frame.Type == Http2Frame.GoAway);
    }

    [Fact]
    public async Task An_answer_that_nobody_reads_over_HTTP_1_is_cut_off()
    {
        await using var server = await TestServer.StartAsync(Unshared, time);
        var environment = await FillAsync(server, server.Http, values: 192);
        using var silent = await RawConnection.OpenAsync(server.Address);
        await silent.SendAsync(
            $"POST {ApiClient.Base}/environments/{environment.Id}/reveal HTTP/1.1\r\nHost: x\r\n"
            + $"Authorization: Bearer {environment.Token}\r\nContent-Length: 0\r\n\r\n");
        await Until.HoldsAsync("the values are in memory", () => !HasAll(server));

        time.Advance(TimeSpan.FromSeconds(31));

        await Until.HoldsAsync("the memory is given back", () => HasAll(server));
    }

    [Fact]
    public async Task An_answer_that_is_sent_in_time_does_not_end_its_connection()
    {
        await using var server = await StartTlsAsync();
        using var http = NewClient(server);
        var environment = await FillAsync(server, http, values: 8);
        await using var connection = await RawHttp2.OpenAsync(server.Address, window: 1 << 24);
        await connection.SendAsync("POST", $"{ApiClient.Base}/secrets/{environment.SecretId}/reveal", environment.Token);
        await connection.WaitAsync("the answer ends", frame => frame is { Type: Http2Frame.Data, Flags: 1, Stream: 1 });

        time.Advance(TimeSpan.FromMinutes(5));

        await connection.SendAsync("HEAD", "/health/live", environment.Token);
        await connection.WaitAsync("the connection goes on", frame => frame.Type == Http2Frame.Headers && frame.Stream == 3);
        Assert.DoesNotContain(connection.Received, frame => frame.Type is Http2Frame.ResetStream or Http2Frame.GoAway);
    }

    [Fact]
    public async Task Requests_that_are_reset_at_once_hold_nothing_and_others_are_served()
    {
        await using var server = await StartTlsAsync();
        using var http = NewClient(server);
        var environment = await FillAsync(server, http, values: 8);
        await using (var connection = await RawHttp2.OpenAsync(server.Address, window: 0))
        {
            await Record.ExceptionAsync(async () =>
            {
                for (var i = 0; i < 2_000; i++)
                {
                    var id = await connection.SendAsync("POST", $"{ApiClient.Base}/environments/{environment.Id}/reveal", environment.Token);
                    await connection.ResetAsync(id);
                }
            });
        }

        using var answer = await http.SendAsync(Request(HttpMethod.Post, $"/environments/{environment.Id}/reveal", environment.Token));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Until.HoldsAsync("the memory is given back", () => HasAll(server));
        await Until.HoldsAsync("no request is in hand", () => HasNoneInHand(server, environment));
    }

    private static void Unshared(Secronna.Server.Hosting.Configuration.Settings settings) =>
        (settings.Limits.CredentialShare, settings.Limits.WorkspaceShare) = (0, 0);

    private async Task<TestServer> StartTlsAsync()
    {
        certificates.Write(folder["tls.crt"], folder["tls.key"]);
        return await TestServer.StartAsync(
            settings =>
            {
                Unshared(settings);
                (settings.Http.Certificate, settings.Http.CertificateKey) = (folder["tls.crt"], folder["tls.key"]);
                settings.Limits.RequestsAtOnce = 3;
            }, time, url: "https://127.0.0.1:0");
    }

    private static HttpClient NewClient(TestServer server) =>
        new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, own, _, _) => own is not null } })
        {
            BaseAddress = server.Address,
        };

    // Writes values of the largest size.
    private static async Task<Filled> FillAsync(TestServer server, HttpClient http, int values)
    {
        var workspace = await server.NewWorkspaceAsync();
        var project = await server.Services.AddProjectAsync(workspace.Id, "web");
        var id = await server.Services.AddEnvironmentAsync(workspace.Id, project, "production");
        var small = (await server.Services.WriteAsync(workspace.Id, project, id, "SMALL"))[0].SecretId;
        var large = "";
        foreach (var batch in Enumerable.Range(0, values).Chunk(32))
        {
            var items = batch.Select(i => $$"""{"key":"KEY_{{i}}","value":"{{new string('v', 65_536)}}"}""");
            using var request = Request(HttpMethod.Post, $"/environments/{id}/secrets/batch", workspace.Token);
            request.Content = new StringContent($$"""{"secrets":[{{string.Join(',', items)}}]}""", Encoding.UTF8, "application/json");
            using var answer = await http.SendAsync(request);
            large = (await Reply.ReadAsync(answer)).Is(201).Data[0].Text("id");
        }

        return new Filled(workspace.Id, workspace.ApiKeyId, workspace.Token, id, large, small);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string token) =>
        new(method, ApiClient.Base + path) { Headers = { Authorization = new("Bearer", token) } };

    private static bool HasAll(TestServer server)
    {
        try
        {
            server.Services.GetRequiredService<PlaintextBudget>().Take(ServiceCalls.Caller("acc_nobody"), Budget - (Budget / 8)).Dispose();
            return true;
        }
        catch (RequestException)
        {
            return false;
        }
    }

    // Three requests are the most that the settings of this test admit.
    private static bool HasNoneInHand(TestServer server, Filled environment)
    {
        var requests = server.Services.GetRequiredService<RequestsInHand>();
        var caller = new Caller(ActorTypes.ApiKey, environment.ApiKeyId, environment.WorkspaceId, null, Role.ApiKey, RequestOrigin.OfCommand);
        var entered = 0;
        try
        {
            for (; entered < 3; entered++)
            {
                requests.Enter(caller);
            }

            return true;
        }
        catch (ShareUsedUpException)
        {
            return false;
        }
        finally
        {
            for (; entered > 0; entered--)
            {
                requests.Leave(caller);
            }
        }
    }

    private sealed record Filled(string WorkspaceId, string ApiKeyId, string Token, string Id, string SecretId, string SmallId);
}
