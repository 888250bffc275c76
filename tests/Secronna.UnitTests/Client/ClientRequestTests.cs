using Secronna.Client;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Client;

/// <summary>The requests that the client sends, and how it reads the answers.</summary>
public sealed class ClientRequestTests
{
    private const string Revealed =
        """{"revision":"r1","secrets":[{"id":"sec_1","key":"A","version":2,"value":"a\u0000\"€"},{"id":"sec_2","key":"B","version":1,"value":""}],"unrecoverable":[]}""";

    [Fact]
    public async Task An_environment_is_fetched_in_one_request_by_its_slugs()
    {
        var server = new ScriptedServer().Then(200, ScriptedServer.Data(Revealed));

        var secrets = await server.Client().FetchSecretsAsync("web/production");

        Assert.Equal(new Dictionary<string, string> { ["A"] = "a\0\"€", ["B"] = "" }, secrets);
        Assert.Equal(
            new SentRequest(
                "POST", "https://secrets.example/api/v1/projects/by-slug/web/environments/production/reveal",
                "Bearer " + ScriptedServer.Token, null, null, "{}"),
            Assert.Single(server.Sent));
    }

    [Fact]
    public async Task An_environment_is_revealed_by_its_id_at_a_past_time_and_for_some_keys()
    {
        var server = new ScriptedServer().Then(200, ScriptedServer.Data(Revealed));
        await server.Client().Environments.RevealAsync("env_1", ["A", "B"], new Instant(1_000_000));
        Assert.Equal("https://secrets.example/api/v1/environments/env_1/reveal", server.Sent[0].Path);
        Assert.Equal("""{"keys":["A","B"],"at":"1970-01-01T00:00:01Z"}""", server.Sent[0].Body);
    }

    [Fact]
    public async Task A_known_revision_is_sent_and_null_means_that_it_is_still_current()
    {
        var server = new ScriptedServer().Then(304, "").Then(200, ScriptedServer.Data(Revealed));
        Assert.Null(await server.Client().Environments.RevealIfChangedAsync("web/production", "r1"));
        Assert.Equal("\"r1\"", server.Sent[0].IfNoneMatch);
        Assert.Equal("r1", (await server.Client().Environments.RevealIfChangedAsync("web/production", "r0"))!.Revision);
    }

    [Fact]
    public async Task The_next_page_of_a_list_is_requested_when_the_enumeration_reaches_it()
    {
        const string One = """[{"id":"proj_1","name":"n","slug":"s","createdAt":"2026-01-01T00:00:00Z","createdBy":"x"}]""";
        var server = new ScriptedServer().Then(200, ScriptedServer.Page(One, "c/1")).Then(200, ScriptedServer.Page(One, null));

        await using var projects = server.Client().Projects.ListAsync().GetAsyncEnumerator();

        Assert.True(await projects.MoveNextAsync());
        Assert.Equal(["https://secrets.example/api/v1/projects?limit=500"], server.Sent.Select(sent => sent.Path));
        Assert.True(await projects.MoveNextAsync());
        Assert.Equal("https://secrets.example/api/v1/projects?limit=500&cursor=c%2F1", server.Sent[1].Path);
        Assert.False(await projects.MoveNextAsync());
    }

    [Fact]
    public async Task A_text_in_a_path_or_query_is_escaped()
    {
        var server = new ScriptedServer().Then(404, ScriptedServer.Error("NOT_FOUND")).Then(200, ScriptedServer.Page("[]", null));
        await Assert.ThrowsAsync<SecronnaException>(() => server.Client().Projects.GetAsync("../x?y#z"));
        Assert.Equal("https://secrets.example/api/v1/projects/by-slug/..%2Fx%3Fy%23z", server.Sent[0].Path);
        Assert.Empty(await server.Client().SearchAsync("a&b=c d").ToListAsync());
        Assert.Equal("https://secrets.example/api/v1/search/secrets?q=a%26b%3Dc%20d&limit=500", server.Sent[1].Path);
    }

    [Fact]
    public async Task Only_requests_that_mint_versions_carry_an_idempotency_key_and_each_carries_its_own()
    {
        const string Written = """{"id":"sec_1","key":"A","version":1}""";
        var server = new ScriptedServer().Then(201, ScriptedServer.Data(Written)).Then(201, ScriptedServer.Data(Written))
            .Then(201, ScriptedServer.Data(Written)).Then(200, ScriptedServer.Data("""{"id":"sec_1","deleted":true}"""));
        var client = server.Client();
        await client.Environments.WriteAsync("env_1", new WriteSecretRequest("A", "v", 0, null));
        await client.Environments.WriteAsync("env_1", new WriteSecretRequest("A", "v", null, "why"));
        await client.Secrets.RollBackAsync("sec_1", new RollbackRequest(1, null));
        await client.Secrets.DeleteAsync("sec_1");

        Assert.Equal("""{"key":"A","value":"v","expectedVersion":0}""", server.Sent[0].Body);
        Assert.Equal("""{"key":"A","value":"v","comment":"why"}""", server.Sent[1].Body);
        Assert.Equal(3, server.Sent.Take(3).Select(sent => sent.IdempotencyKey).OfType<string>().Distinct().Count());
        Assert.Null(server.Sent[3].IdempotencyKey);
    }

    [Fact]
    public async Task The_sign_in_configuration_is_requested_without_a_credential()
    {
        var server = new ScriptedServer().Then(200, ScriptedServer.Data("""{"issuer":null,"cliClientId":null,"scopes":null}"""));
        Assert.Null((await server.Client().GetAuthConfigAsync()).Issuer);
        Assert.Null(server.Sent[0].Authorization);
    }

    [Fact]
    public async Task The_token_source_is_called_for_each_request()
    {
        var server = new ScriptedServer().Then(200, ScriptedServer.Page("[]", null)).Then(200, ScriptedServer.Page("[]", null));
        var count = 0;
        var client = new SecronnaClient(new HttpClient(server), new SecronnaClientOptions
        {
            Server = new Uri("https://secrets.example"),
            TokenSource = _ => ValueTask.FromResult($"token-{++count}"),
        });
        await client.ApiKeys.ListAsync().ToListAsync();
        await client.AccessKeys.ListAsync().ToListAsync();
        Assert.Equal(["Bearer token-1", "Bearer token-2"], server.Sent.Select(sent => sent.Authorization));
    }

    [Theory]
    [InlineData("http://10.0.0.1:4230")]
    [InlineData("ftp://secrets.example")]
    [InlineData("https://secrets.example/other")]
    [InlineData("https://secrets.example/api/v1?x=1")]
    [InlineData("https://user:password@secrets.example")]
    public void An_address_that_is_not_an_origin_or_uses_plain_HTTP_to_another_machine_is_refused(string address)
    {
        var error = Assert.Throws<SecronnaException>(() => new SecronnaClient(new SecronnaClientOptions { Server = new Uri(address), Token = "t" }));
        Assert.Equal("VALIDATION_ERROR", error.Code);
        Assert.DoesNotContain("password", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4230")]
    [InlineData("http://localhost:4230/api/v1")]
    [InlineData("http://[::1]:4230/")]
    [InlineData("https://secrets.example/api/v1/")]
    public void An_origin_is_accepted_with_or_without_the_base_path(string address) =>
        new SecronnaClient(new SecronnaClientOptions { Server = new Uri(address), Token = "t" }).Dispose();

    [Fact]
    public void Plain_HTTP_to_another_machine_must_be_allowed_in_the_options() => new SecronnaClient(
        new SecronnaClientOptions { Server = new Uri("http://10.0.0.1:4230"), Token = "t", AllowPlainHttp = true }).Dispose();

    [Theory]
    [InlineData("web")]
    [InlineData("web/")]
    [InlineData("/production")]
    [InlineData("web/production/KEY")]
    [InlineData("proj_1")]
    [InlineData("")]
    public void A_text_that_is_neither_an_id_nor_two_slugs_does_not_name_an_environment(string name) =>
        Assert.Equal("VALIDATION_ERROR", Assert.Throws<SecronnaException>(() => EnvironmentName.Parse(name)).Code);

    [Theory]
    [InlineData("KEY")]
    [InlineData("web/production")]
    [InlineData("web//KEY")]
    [InlineData("env_1")]
    public void A_text_that_is_neither_an_id_nor_a_path_does_not_name_a_secret(string name) =>
        Assert.Equal("VALIDATION_ERROR", Assert.Throws<SecronnaException>(() => SecretName.Parse(name)).Code);
}
