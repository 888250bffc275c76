using Microsoft.Extensions.DependencyInjection;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// Whoever may not do an operation is refused before its body is read, and the refusal is recorded once. What a body takes is
/// counted as it arrives (S31).
/// </summary>
[FlawClass("denial of service")]
public sealed class AdmissionTests(SharedServer shared)
{
    private const int BatchBytes = 4 * 1024 * 1024;

    [Fact]
    public async Task A_role_that_does_not_allow_a_write_is_refused_before_its_body_is_read()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var viewer = Callers.WithToken(environment.Workspace, "viewer");

        var answer = await OfferAsync(environment, viewer.Token!, environment.SecretsPath + "/batch", "POST");

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        var denied = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied"));
        Assert.Equal("secret.write", denied.Text("action"));
    }

    [Theory]
    [InlineData("PUT", "/environments/{0}/secrets", "secret.write")]
    [InlineData("POST", "/environments/{0}/secrets/batch", "secret.write")]
    [InlineData("POST", "/environments/{0}/restore", "environment.restore")]
    [InlineData("POST", "/environments/{0}/compare", "environment.compare")]
    [InlineData("POST", "/environments/{0}/reveal", "secret.reveal")]
    [InlineData("POST", "/projects/by-slug/web/environments/production/reveal", "secret.reveal")]
    [InlineData("POST", "/secrets/{1}/rollback", "secret.rollback")]
    public async Task A_key_whose_grants_hold_the_action_nowhere_is_refused_before_its_body_is_read(string method, string path, string action)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var secret = await environment.WriteAsync("KEY");
        var key = await NewKeyAsync(environment, """[{"path":"web","actions":["list","delete"]},{"path":"elsewhere","actions":["list"]}]""");

        var answer = await OfferAsync(environment, key, string.Format(null, path, environment.Id, secret), method);

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        var denied = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied"));
        Assert.Equal((action, environment.Id), (denied.Text("action"), denied.GetProperty("metadata").Text("environmentId")));
    }

    [Fact]
    public async Task A_refusal_before_the_body_equals_the_refusal_after_it()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        // The first key may write elsewhere, so only the service can refuse it.
        var late = environment.Server.With(await NewKeyAsync(environment, """[{"path":"elsewhere","actions":["write"]}]"""));
        var early = environment.Server.With(await NewKeyAsync(environment, """[{"path":"elsewhere","actions":["list"]}]"""));
        const string Body = """{"key":"KEY","value":"v"}""";

        var expected = (await late.PutAsync(environment.SecretsPath, Body)).IsError(404, "NOT_FOUND");
        var actual = (await early.PutAsync(environment.SecretsPath, Body)).IsError(404, "NOT_FOUND");

        Assert.Equal(expected.StatusAndBody, actual.StatusAndBody);
        var denied = await environment.Workspace.AuditAsync("outcome=denied");
        Assert.Equal(2, denied.Count);
        Assert.Equal(denied[1].GetProperty("metadata").GetRawText(), denied[0].GetProperty("metadata").GetRawText());
    }

    [Fact]
    public async Task An_announced_length_takes_no_memory()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("KEY");
        // Twice the announced lengths would be more than all memory for bodies.
        var open = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => BeginAsync(environment, environment.Workspace.Token)));
        await Task.WhenAll(open.Select(connection => connection.ReceiveAsync("100 Continue")));
        await Task.WhenAll(open.Select(connection => connection.SendAsync("{")));

        (await environment.RevealAllAsync()).Is(200);
        (await environment.PutAsync("KEY", new string('v', 65_536))).Is(201);
        Array.ForEach(open, connection => connection.Dispose());
    }

    [Fact]
    public async Task Bodies_that_have_arrived_take_the_credentials_share_and_nobody_elses()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var key = await NewKeyAsync(environment, """[{"path":"web","actions":["write"]}]""");
        // The share of one credential has room for eight bodies of the largest size.
        var held = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => BeginAsync(environment, key)));
        var answers = held.Select(connection => SendAllButOneByteAsync(connection)).ToList();

        var refused = await await Task.WhenAny(answers);

        Assert.Contains("HTTP/1.1 429", refused, StringComparison.Ordinal);
        Assert.Contains("this credential may have at most 67108864 bytes of memory at once", refused, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 1", refused, StringComparison.Ordinal);
        (await environment.WriteAllAsync([("A", new string('v', 65_536)), ("B", new string('v', 65_536))])).EnumerateArray();
        var denied = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied"));
        Assert.Equal(("secret.write", environment.Id), (denied.Text("action"), denied.GetProperty("metadata").Text("environmentId")));
        Array.ForEach(held, connection => connection.Dispose());
        await Until.HoldsAsync(
            "the share is free again",
            async () => (await server.With(key).PutAsync(environment.SecretsPath, $$"""{"key":"C","value":"{{new string('v', 60_000)}}"}""")).Status == 201);
    }

    [Fact]
    public async Task A_credential_that_has_its_requests_in_hand_is_refused_and_others_are_served()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RequestsAtOnce = 2);
        var environment = await server.NewTestEnvironmentAsync();
        var secret = await environment.WriteAsync("KEY");
        var open = new[] { await BeginAsync(environment, environment.Workspace.Token), await BeginAsync(environment, environment.Workspace.Token) };
        await Task.WhenAll(open.Select(connection => connection.ReceiveAsync("100 Continue")));

        var refused = (await environment.RevealAsync(secret)).IsError(429, "RATE_LIMITED");

        Assert.Contains("this credential may have at most 2 requests in hand at once", refused.Text, StringComparison.Ordinal);
        Assert.Equal("1", refused.Header("Retry-After"));
        (await environment.Api.GetAsync("/me")).IsError(429, "RATE_LIMITED");
        var other = server.With(await AddApiKeyAsync(server, environment.Workspace.Id));
        (await other.PostAsync($"/secrets/{secret}/reveal")).Is(200);
        var trail = (await other.GetAsync("/audit?outcome=denied")).Is(200).Data;
        Assert.Equal(secret, Assert.Single(trail.EnumerateArray()).GetProperty("metadata").Text("secretId"));
        Array.ForEach(open, connection => connection.Dispose());
        await Until.HoldsAsync("the requests have ended", async () => (await environment.RevealAsync(secret)).Status == 200);
    }

    [Fact]
    public async Task Light_requests_are_served_while_heavy_work_holds_all_its_threads()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var secret = await environment.WriteAsync("KEY");
        var threads = server.Services.GetRequiredService<HeavyThreads>();
        using var end = new ManualResetEventSlim();
        var works = Enumerable.Range(0, threads.Count)
            .Select(_ => threads.RunAsync(() => Task.FromResult(end.Wait(Until.Patience)))).ToList();
        try
        {
            var list = environment.Api.GetAsync(environment.SecretsPath);
            (await environment.RevealAsync(secret)).Is(200);
            (await environment.PutAsync("KEY", "v")).Is(201);
            (await environment.Api.GetAsync("/me")).Is(200);
            Assert.False(list.IsCompleted);

            end.Set();

            (await list).Is(200);
        }
        finally
        {
            end.Set();
            await Task.WhenAll(works);
        }
    }

    [Fact]
    public async Task A_workspace_whose_share_of_heavy_requests_runs_waits_while_others_and_its_light_requests_are_served()
    {
        await using var server = await TestServer.StartAsync();
        var (busy, other) = (await server.NewTestEnvironmentAsync(), await server.NewTestEnvironmentAsync());
        var secret = await busy.WriteAsync("KEY");
        var gate = server.Services.GetRequiredService<FairGate>();
        var places = new List<FairGate.Place>();
        var readers = server.Installation.Database.MaxReads;
        var share = Shares.Part(Math.Min(new LimitSettings().ReadsAtOnce, readers - Shares.Part(readers, 25)), 50);
        for (var i = 0; i < share; i++)
        {
            places.Add(await gate.EnterAsync(new CredentialKey(busy.Workspace.Id, "key", $"{i}"), CancellationToken.None));
        }

        var list = busy.Api.GetAsync(busy.SecretsPath);
        var reveal = busy.RevealAllAsync();
        var large = busy.PutAsync("LARGE", new string('v', 5_000));
        (await busy.RevealAsync(secret)).Is(200);
        (await busy.PutAsync("KEY", "v")).Is(201);
        (await busy.Api.GetAsync("/secrets/" + secret)).Is(200);
        (await other.Api.GetAsync(other.SecretsPath)).Is(200);
        (await other.RevealAllAsync()).Is(200);
        Assert.False(list.IsCompleted || reveal.IsCompleted || large.IsCompleted);

        places.ForEach(place => place.Dispose());

        (await list).Is(200);
        (await reveal).Is(200);
        (await large).Is(201);
    }

    [Theory]
    [InlineData(101, 10)]
    [InlineData(50, 800)]
    public async Task A_flood_of_headers_is_refused(int count, int length)
    {
        var server = await shared.GetAsync();
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"X-Header-{i}: {new string('x', length)}\r\n"));
        var request = System.Text.Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        Assert.Equal(431, await RawHttp.StatusAsync(server.Address, request));
    }

    private static async Task<string> SendAllButOneByteAsync(RawConnection connection)
    {
        await connection.ReceiveAsync("100 Continue");
        // The server may refuse the body before all of it is sent.
        await Record.ExceptionAsync(() => connection.SendAsync(new string(' ', BatchBytes - 1)));
        return await connection.ReceiveAsync("requestId");
    }

    // Announces a large body and waits to be asked for it. Returns the whole answer if it is not asked for.
    private static async Task<string> OfferAsync(TestEnvironment environment, string token, string path, string method)
    {
        using var connection = await BeginAsync(environment, token, path, method, 500_000);
        var answer = await connection.ReceiveAsync("requestId");
        Assert.DoesNotContain("100 Continue", answer, StringComparison.Ordinal);
        return answer;
    }

    private static Task<RawConnection> BeginAsync(TestEnvironment environment, string token) =>
        BeginAsync(environment, token, environment.SecretsPath + "/batch", "POST", BatchBytes);

    private static async Task<RawConnection> BeginAsync(
        TestEnvironment environment, string token, string path, string method, int length)
    {
        var connection = await RawConnection.OpenAsync(environment.Server.Address);
        await connection.SendAsync(
            $"{method} {ApiClient.Base}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n");
        return connection;
    }

    private static async Task<string> NewKeyAsync(TestEnvironment environment, string grants) =>
        (await environment.Api.PostAsync("/access-keys", $$"""{"name":"x","grants":{{grants}}}""")).Is(201).Data.Text("token");

    private static async Task<string> AddApiKeyAsync(TestServer server, string workspaceId) =>
        (await server.Services.GetRequiredService<Secronna.Server.Features.Credentials.CredentialService>()
            .AddApiKeyAsync(Caller.Operator(workspaceId), "other")).Token;
}
