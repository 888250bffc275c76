using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>The header <c>Idempotency-Key</c>: a repeat of a successful write gets the first answer and writes nothing.</summary>
[DependsOnTransactions]
public sealed class IdempotencyTests(SharedServer shared)
{
    private const string Body = """{"key":"A","value":"one"}""";

    [Fact]
    public async Task A_repeat_gets_the_first_answer_and_writes_no_version()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var first = (await PutAsync(environment, Body)).Is(201).Data;
        await PutAsync(environment, """{"key":"A","value":"two"}""", "other");
        var again = (await PutAsync(environment, Body)).Is(201).Data;
        Assert.Equal(first.ToString(), again.ToString());
        Assert.Equal(2, await VersionsAsync(environment, first.Text("id")));
        Assert.Equal(2, (await environment.Workspace.AuditAsync("action=secret.write")).Count);
    }

    [Fact]
    public async Task A_repeat_of_a_batch_gets_the_first_answer_in_its_order()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        const string Batch = """{"secrets":[{"key":"B","value":"b"},{"key":"A","value":"a","expectedVersion":0}]}""";
        var first = (await BatchAsync(environment, Batch)).Is(201).Data;
        var again = (await BatchAsync(environment, Batch)).Is(201).Data;
        Assert.Equal(first.ToString(), again.ToString());
        Assert.Equal(["B", "A"], again.EnumerateArray().Select(written => written.Text("key")));
        Assert.All(again.EnumerateArray(), written => Assert.Equal(1, written.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Equal_requests_at_once_write_one_version()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => PutAsync(environment, Body)));
        Assert.Single(replies.Select(reply => reply.Is(201).Data.ToString()).Distinct());
        Assert.Equal(1, await VersionsAsync(environment, replies[0].Data.Text("id")));
    }

    [Theory]
    [InlineData("""{"key":"A","value":"two"}""")]
    [InlineData("""{"key":"B","value":"one"}""")]
    [InlineData("""{"key":"A","value":"one","comment":"why"}""")]
    public async Task Another_body_with_the_same_idempotency_key_is_a_conflict(string other)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var written = (await PutAsync(environment, Body)).Is(201).Data;
        (await PutAsync(environment, other)).IsError(409, "CONFLICT");
        Assert.Equal(1, await VersionsAsync(environment, written.Text("id")));
    }

    [Fact]
    public async Task Another_body_is_recorded_as_a_refusal_that_names_the_secret()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = (await PutAsync(environment, Body)).Is(201).Data.Text("id");
        var at = (await environment.Api.GetAsync($"/environments/{environment.Id}/history")).Data[0].Text("at");
        var rollback = $"/secrets/{id}/rollback";
        (await SendAsync(environment.Api, "POST", rollback, """{"version":1}""", "once")).Is(201);
        var restore = $"/environments/{environment.Id}/restore";
        (await SendAsync(environment.Api, "POST", restore, $$"""{"at":"{{at}}"}""", "once")).Is(200);

        (await PutAsync(environment, """{"key":"A","value":"guess"}""")).IsError(409, "CONFLICT");
        (await SendAsync(environment.Api, "POST", rollback, """{"version":2}""", "once")).IsError(409, "CONFLICT");
        (await SendAsync(environment.Api, "POST", restore, $$"""{"at":"{{at}}","prune":true}""", "once")).IsError(409, "CONFLICT");

        var denied = await environment.Workspace.AuditAsync("outcome=denied");
        Assert.Equal(["environment.restore", "secret.rollback", "secret.write"], denied.Select(entry => entry.Text("action")));
        Assert.All(denied, entry => Assert.Equal(environment.Id, entry.GetProperty("metadata").Text("environmentId")));
        Assert.All(denied[1..], entry => Assert.Equal(id, entry.GetProperty("metadata").Text("secretId")));
    }

    [Theory]
    [FlawClass("audit omission")]
    [InlineData("/api-keys", "api_key.create")]
    [InlineData("/access-keys", "access_key.create")]
    public async Task Another_body_that_would_create_a_credential_is_recorded_as_a_refusal(string path, string action)
    {
        var workspace = await shared.NewWorkspaceAsync();
        (await SendAsync(workspace.Api, "POST", path, """{"name":"x"}""", "once")).Is(201);
        (await SendAsync(workspace.Api, "POST", path, """{"name":"x"}""", "once")).IsError(409, "CONFLICT");
        Assert.Empty(await workspace.AuditAsync("outcome=denied"));

        (await SendAsync(workspace.Api, "POST", path, """{"name":"guess"}""", "once")).IsError(409, "CONFLICT");

        Assert.Equal(action, Assert.Single(await workspace.AuditAsync("outcome=denied")).Text("action"));
    }

    [Fact]
    public async Task After_ten_wrong_guesses_in_a_minute_the_right_one_gets_no_other_answer_than_a_wrong_one()
    {
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        (await PutAsync(environment, Body)).Is(201);
        var guesses = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => PutAsync(environment, $$"""{"key":"A","value":"guess {{i}}"}""")));
        Assert.Equal(10, guesses.Count(reply => reply.Status == 409));
        Assert.Equal(20, guesses.Count(reply => reply.Status == 429));

        var right = (await PutAsync(environment, Body)).IsError(429, "RATE_LIMITED");

        Assert.Equal(guesses.First(reply => reply.Status == 429).StatusAndBody, right.StatusAndBody);
        // Other requests and other credentials go on.
        (await PutAsync(environment, Body, "another")).Is(201);
        var key = server.With((await environment.Workspace.NewAccessKeyAsync()).Text("token"));
        (await SendAsync(key, "PUT", environment.SecretsPath, Body, "once")).Is(201);
        (await SendAsync(key, "PUT", environment.SecretsPath, Body, "once")).Is(201);
        time.Advance(TimeSpan.FromSeconds(61));
        (await PutAsync(environment, Body)).Is(201);
        await server.RestartAsync();
        var denied = await environment.Workspace.AuditAsync("outcome=denied&action=secret.write");
        Assert.Equal(31, denied.Sum(entry => entry.GetProperty("metadata") is var metadata && metadata.Has("count") ? metadata.Number("count") : 1));
    }

    [Fact]
    public async Task An_idempotency_key_is_bound_to_the_credential_and_the_route()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var other = await environment.Workspace.NewEnvironmentAsync(environment.ProjectId, "Staging");
        var key = await environment.Workspace.NewAccessKeyAsync();
        var first = (await PutAsync(environment, Body)).Is(201).Data;

        var elsewhere = await SendAsync(environment.Api, "PUT", $"/environments/{other.Text("id")}/secrets", Body, "once");
        Assert.NotEqual(first.Text("id"), elsewhere.Is(201).Data.Text("id"));
        var byAnother = await SendAsync(
            environment.Server.With(key.Text("token")), "PUT", environment.SecretsPath, Body, "once");
        Assert.Equal(2, byAnother.Is(201).Data.GetProperty("version").GetInt32());
        (await BatchAsync(environment, """{"secrets":[{"key":"A","value":"one"}]}""")).Is(201);
        Assert.Equal(3, await VersionsAsync(environment, first.Text("id")));
    }

    [Fact]
    public async Task The_answer_of_a_failed_write_is_not_kept()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        const string Expecting = """{"key":"A","value":"one","expectedVersion":1}""";
        (await PutAsync(environment, Expecting)).IsError(409, "CONFLICT");
        (await PutAsync(environment, Body, "other")).Is(201);
        Assert.Equal(2, (await PutAsync(environment, Expecting)).Is(201).Data.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_repeat_is_authorised_again()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var key = await environment.Workspace.NewAccessKeyAsync();
        var api = environment.Server.With(key.Text("token"));
        (await SendAsync(api, "PUT", environment.SecretsPath, Body, "once")).Is(201);
        (await environment.Api.PostAsync($"/access-keys/{key.Text("id")}/revoke", null)).Is(200);
        await Until.HoldsAsync(
            "the revoked access key is refused",
            async () => (await SendAsync(api, "PUT", environment.SecretsPath, Body, "once")).Status == 401);

        (await PutAsync(environment, Body)).Is(201);
        (await environment.Api.DeleteAsync($"/environments/{environment.Id}?force=true")).Is(200);
        (await PutAsync(environment, Body)).IsError(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("naïve")]
    public async Task A_malformed_idempotency_key_is_refused(string key)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        (await PutAsync(environment, Body, key)).IsInvalid("Idempotency-Key");
    }

    [Fact]
    public async Task An_idempotency_key_has_at_most_255_characters()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        (await PutAsync(environment, Body, new string('k', 256))).IsInvalid("Idempotency-Key");
        (await PutAsync(environment, Body, new string('k', 255))).Is(201);
    }

    [Fact]
    public async Task Routes_that_write_no_version_accept_an_idempotency_key_and_check_its_form()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            (await SendAsync(environment.Api, "GET", "/projects", null, "once")).Is(200);
            (await SendAsync(environment.Api, "POST", $"/environments/{environment.Id}/reveal", null, "once")).Is(200);
            (await SendAsync(environment.Api, "PATCH", $"/environments/{environment.Id}", """{"name":"Other"}""", "once")).Is(200);
        }

        Assert.Equal(2, (await environment.Workspace.AuditAsync("action=secret.reveal")).Count);
        (await SendAsync(environment.Api, "POST", "/projects", """{"name":"Other"}""", "once")).Is(201);
        (await SendAsync(environment.Api, "POST", "/projects", """{"name":"Other"}""", "once")).IsError(409, "CONFLICT");
        (await SendAsync(environment.Api, "GET", "/projects", null, "with space")).IsInvalid("Idempotency-Key");
        (await SendAsync((await shared.GetAsync()).Anyone, "GET", "/auth/config", null, "once")).Is(200);
    }

    [Theory]
    [InlineData("/api-keys")]
    [InlineData("/access-keys")]
    public async Task A_credential_is_created_once_under_an_idempotency_key_and_a_repeat_is_told_its_id(string path)
    {
        var workspace = await shared.NewWorkspaceAsync();
        var before = (await workspace.Api.GetAsync(path)).Data.GetArrayLength();

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SendAsync(workspace.Api, "POST", path, """{"name":"x"}""", "once")));

        var created = Assert.Single(replies, reply => reply.Status == 201).Data;
        Assert.All(replies.Where(reply => reply.Status != 201), reply =>
        {
            Assert.Contains(created.Text("id"), reply.IsError(409, "CONFLICT").Message, StringComparison.Ordinal);
            Assert.DoesNotContain(created.Text("token"), reply.Text, StringComparison.Ordinal);
        });
        Assert.Equal(before + 1, (await workspace.Api.GetAsync(path)).Data.GetArrayLength());
        var other = await SendAsync(workspace.Api, "POST", path, """{"name":"y"}""", "once");
        Assert.DoesNotContain(created.Text("id"), other.IsError(409, "CONFLICT").Message, StringComparison.Ordinal);
        (await SendAsync(workspace.Api, "POST", path, """{"name":"x"}""", "twice")).Is(201);
    }

    [Fact]
    public async Task A_repeated_restore_answers_only_what_the_caller_may_restore_now()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A", "one");
        await environment.WriteAsync("B", "one");
        var at = (await environment.Api.GetAsync($"/environments/{environment.Id}/history")).Is(200).Data[0].Text("at");
        await environment.WriteAsync("A", "two");
        await environment.WriteAsync("B", "two");
        var key = await environment.Workspace.NewGrantedKeyAsync("web/production: list write reveal");
        var api = environment.Server.With(key.Text("token"));
        var (path, body) = ($"/environments/{environment.Id}/restore", $$"""{"at":"{{at}}"}""");
        var first = (await SendAsync(api, "POST", path, body, "once")).Is(200).Data;
        Assert.Equal(["A", "B"], first.GetProperty("changes").Each("key"));

        foreach (var grants in new[] { "web/production/A: write reveal", "web/production/A: write reveal;web/production/B: list write" })
        {
            (await environment.Api.PatchAsync("/access-keys/" + key.Text("id"), $$"""{"grants":{{TestGrant.Json(grants.Split(';'))}}}""")).Is(200);
            await Until.HoldsAsync("the repeat is cut to A", async () =>
                (await SendAsync(api, "POST", path, body, "once")).Is(200).Data.GetProperty("changes").Each("key") is ["A"]);
        }

        (await environment.Api.PatchAsync("/access-keys/" + key.Text("id"), """{"grants":[]}""")).Is(200);
        await Until.HoldsAsync(
            "the repeat is refused", async () => (await SendAsync(api, "POST", path, body, "once")).Status == 404);
    }

    [Fact]
    public async Task A_repeated_batch_is_refused_once_the_caller_may_not_write_one_of_its_keys()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var key = await environment.Workspace.NewGrantedKeyAsync("web/production: write");
        var api = environment.Server.With(key.Text("token"));
        const string Batch = """{"secrets":[{"key":"A","value":"one"},{"key":"B","value":"two"}]}""";
        (await SendAsync(api, "POST", environment.SecretsPath + "/batch", Batch, "once")).Is(201);
        (await environment.Api.PatchAsync("/access-keys/" + key.Text("id"), $$"""{"grants":{{TestGrant.Json("web/production/A: write")}}}""")).Is(200);

        await Until.HoldsAsync("the repeat is refused", async () =>
            (await SendAsync(api, "POST", environment.SecretsPath + "/batch", Batch, "once")) is { Status: 403 } reply
            && !reply.Text.Contains("sec_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_hashes_of_the_request_and_an_answer_without_values_are_stored()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var written = (await PutAsync(environment, """{"key":"A","value":"a value to look for"}""", "a-key-to-look-for")).Is(201).Data;
        Assert.Equal(1, server.Count("SELECT count(*) FROM idempotency_keys"));
        Assert.Equal(
            $$"""[{"id":"{{written.Text("id")}}","key":"A","version":1}]""", server.Sql("SELECT answer FROM idempotency_keys")[0][0]);
        Assert.All((string[])["id", "body_hash"], column =>
            Assert.Equal(32, ((byte[])server.Sql($"SELECT {column} FROM idempotency_keys")[0][0]).Length));

        // The hash of a body depends on the idempotency key, so equal bodies under two keys have different hashes.
        (await PutAsync(environment, """{"key":"A","value":"a value to look for"}""", "other")).Is(201);
        Assert.Equal(2, server.Count("SELECT count(DISTINCT body_hash) FROM idempotency_keys"));
    }

    [Fact]
    public async Task An_answer_is_kept_for_a_day_and_then_forgotten()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        (await PutAsync(environment, Body)).Is(201);
        server.Sql("UPDATE idempotency_keys SET created_at = created_at - 86390000000");
        Assert.Equal(1, (await PutAsync(environment, Body)).Is(201).Data.GetProperty("version").GetInt32());

        server.Sql("UPDATE idempotency_keys SET created_at = created_at - 10000000");
        Assert.Equal(2, (await PutAsync(environment, Body)).Is(201).Data.GetProperty("version").GetInt32());
        Assert.Equal(2, (await PutAsync(environment, Body)).Is(201).Data.GetProperty("version").GetInt32());

        server.Sql("UPDATE idempotency_keys SET created_at = created_at - 86400000000");
        await server.RestartAsync();
        await Until.HoldsAsync("the kept answer is deleted", () => server.Count("SELECT count(*) FROM idempotency_keys") == 0);
    }

    [Fact]
    public async Task A_repeat_survives_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var first = (await PutAsync(environment, Body)).Is(201).Data.ToString();
        await server.RestartAsync();
        Assert.Equal(first, (await PutAsync(environment, Body)).Is(201).Data.ToString());
    }

    private static Task<Reply> PutAsync(TestEnvironment environment, string body, string key = "once") =>
        SendAsync(environment.Api, "PUT", environment.SecretsPath, body, key);

    private static Task<Reply> BatchAsync(TestEnvironment environment, string body) =>
        SendAsync(environment.Api, "POST", environment.SecretsPath + "/batch", body, "once");

    private static Task<Reply> SendAsync(ApiClient api, string method, string path, string? body, string key) =>
        api.SendAsync(method, path, body, ("Idempotency-Key", key));

    private static async Task<int> VersionsAsync(TestEnvironment environment, string secretId) =>
        (await environment.Api.GetAsync($"/secrets/{secretId}/versions")).Is(200).Data.GetArrayLength();
}
