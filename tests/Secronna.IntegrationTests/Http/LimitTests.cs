using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>Every limit of S29: a request exactly at the limit passes, one just over it is refused.</summary>
[FlawClass("denial of service")]
public sealed class LimitTests(SharedServer shared)
{
    [Fact]
    public async Task A_key_has_at_most_256_characters()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var key = new string('K', 256);

        (await environment.PutAsync(key, "v")).Is(201);
        (await environment.PutAsync(key + "K", "v")).IsInvalid("key");
        (await environment.Api.PostAsync("/reveal", $$"""{"path":"{{environment.PathOf(key)}}"}""")).Is(200);
        (await environment.Api.GetAsync("/search/secrets?q=" + key)).Is(200);
        (await environment.RevealAllAsync($$"""{"keys":["{{key}}K"]}""")).IsInvalid("keys");
    }

    [Theory]
    [InlineData("a", 65_536)]
    [InlineData("é", 32_768)]
    [InlineData("€", 21_845)]
    [InlineData("😀", 16_384)]
    [InlineData("\u0001", 65_536)]
    [InlineData("\"", 65_536)]
    public async Task A_value_has_at_most_65536_bytes_of_UTF_8(string character, int count)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var value = string.Concat(Enumerable.Repeat(character, count));
        value += new string('x', 65_536 - Encoding.UTF8.GetByteCount(value));

        var id = await environment.WriteAsync("KEY", value);

        Assert.Equal(value, await environment.ValueAsync(id));
        (await environment.PutAsync("KEY", value + "x")).IsError(413, "PAYLOAD_TOO_LARGE");
        (await environment.Api.PostAsync(environment.SecretsPath + "/batch", $$"""{"secrets":[{"key":"A","value":{{JsonReading.Quoted(value + "x")}}}]}"""))
            .IsError(413, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task A_name_has_at_most_120_characters_and_a_comment_1000()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var name = new string('n', 120);
        foreach (var path in new[] { "/projects", $"/projects/{environment.ProjectId}/environments", "/api-keys", "/access-keys" })
        {
            (await environment.Api.PostAsync(path, $$"""{"name":"{{name}}"}""")).Is(201);
            (await environment.Api.PostAsync(path, $$"""{"name":"{{name}}n"}""")).IsInvalid("name");
        }

        var comment = new string('é', 1_000);
        (await environment.PutAsync("A", "v", $$""","comment":"{{comment}}" """)).Is(201);
        (await environment.PutAsync("A", "v", $$""","comment":"{{comment}}é" """)).IsInvalid("comment");
        (await environment.Api.PostAsync(environment.SecretsPath + "/batch", $$"""{"comment":"{{comment}}é","secrets":[{"key":"A","value":"v"}]}""")).IsInvalid("comment");
        var escaped = string.Concat(Enumerable.Repeat("\\u00e9", 1_000));
        (await environment.PutAsync("A", "v", $$""","comment":"{{escaped}}" """)).Is(201);
    }

    [Fact]
    public async Task A_batch_has_at_most_500_keys()
    {
        var environment = await shared.NewTestEnvironmentAsync();

        var written = await environment.WriteAllAsync(Enumerable.Range(0, 500).Select(i => ($"KEY_{i}", "v")));

        Assert.Equal(500, written.GetArrayLength());
        var over = string.Join(',', Enumerable.Range(0, 501).Select(i => $$"""{"key":"NEW_{{i}}","value":"v"}"""));
        (await environment.Api.PostAsync(environment.SecretsPath + "/batch", $$"""{"secrets":[{{over}}]}""")).IsInvalid("secrets");
        Assert.Empty((await environment.Api.GetAsync("/search/secrets?q=NEW_")).Is(200).Data.EnumerateArray());
    }

    [Fact]
    public async Task The_keys_of_an_environment_are_limited_and_a_full_one_accepts_new_versions()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.EnvironmentKeys = 3);
        var environment = await server.NewTestEnvironmentAsync();
        var first = await environment.WriteAsync("A");
        await environment.WriteAsync("B");
        (await environment.Api.PostAsync(environment.SecretsPath + "/batch", """{"secrets":[{"key":"C","value":"v"},{"key":"D","value":"v"}]}"""))
            .IsError(409, "CONFLICT");
        await environment.WriteAsync("C");

        (await environment.PutAsync("D", "v")).IsError(409, "CONFLICT");

        (await environment.PutAsync("A", "again")).Is(201);
        (await environment.Api.DeleteAsync("/secrets/" + first)).Is(200);
        (await environment.PutAsync("D", "v")).Is(201);
        (await environment.PutAsync("A", "v")).IsError(409, "CONFLICT");
    }

    [Fact]
    public async Task The_bytes_of_values_in_one_reveal_are_limited()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealBytes = 3_000);
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", new string('a', 1_000)), ("B", new string('b', 1_000)), ("C", new string('c', 1_000))]);

        (await environment.RevealAllAsync()).Is(200);
        (await environment.RevealAllAsync("""{"keys":["A","B","C"]}""")).Is(200);

        await environment.WriteAsync("C", new string('c', 1_001));
        (await environment.RevealAllAsync()).IsError(413, "PAYLOAD_TOO_LARGE");
        (await environment.RevealAllAsync("""{"keys":["A","B","C"]}""")).IsError(413, "PAYLOAD_TOO_LARGE");
        (await environment.RevealAllAsync("""{"keys":["A","B"]}""")).Is(200);
        Assert.Equal(8, (await environment.Workspace.AuditAsync("action=secret.reveal")).Count);
    }

    [Fact]
    public async Task Sixteen_mebibytes_of_values_are_revealed_in_one_request()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        for (var batch = 0; batch < 8; batch++)
        {
            await environment.WriteAllAsync(Enumerable.Range(0, 32).Select(i => ($"KEY_{batch}_{i}", new string((char)('a' + batch), 65_536))));
        }

        var secrets = (await environment.RevealAllAsync()).Is(200).Data.GetProperty("secrets");

        Assert.Equal(256, secrets.GetArrayLength());
        Assert.All(secrets.EnumerateArray(), secret => Assert.Equal(65_536, secret.Text("value").Length));
        await environment.WriteAsync("ONE_MORE", "x");
        (await environment.RevealAllAsync()).IsError(413, "PAYLOAD_TOO_LARGE");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_has_at_most_512_KiB_with_or_without_a_Content_Length(bool chunked)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        (await SendAsync(environment, "PUT", environment.SecretsPath, """{"key":"A","value":"v"}""", 512 * 1024, chunked)).Is(201);
        var refused = await SendAsync(environment, "PUT", environment.SecretsPath, """{"key":"A","value":"v"}""", (512 * 1024) + 1, chunked);
        Assert.Equal("close", refused.IsError(413, "PAYLOAD_TOO_LARGE").Header("Connection"));
        (await SendAsync(environment, "POST", "/projects", """{"name":"x"}""", (512 * 1024) + 1, chunked)).IsError(413, "PAYLOAD_TOO_LARGE");
        (await SendAsync(environment, "POST", $"/environments/{environment.Id}/reveal", "{}", (512 * 1024) + 1, chunked)).IsError(413, "PAYLOAD_TOO_LARGE");
        (await SendAsync(environment, "DELETE", "/secrets/sec_x", "{}", (512 * 1024) + 1, chunked)).IsError(413, "PAYLOAD_TOO_LARGE");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_has_at_most_4_MiB_with_or_without_a_Content_Length(bool chunked)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        const string Body = """{"secrets":[{"key":"A","value":"v"}]}""";

        (await SendAsync(environment, "POST", environment.SecretsPath + "/batch", Body, 4 * 1024 * 1024, chunked)).Is(201);
        (await SendAsync(environment, "POST", environment.SecretsPath + "/batch", Body, (4 * 1024 * 1024) + 1, chunked)).IsError(413, "PAYLOAD_TOO_LARGE");
        (await SendAsync(environment, "PUT", environment.SecretsPath, """{"key":"A","value":"v"}""", 4 * 1024 * 1024, chunked)).IsError(413, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task Search_texts_and_audit_filters_have_limited_lengths()
    {
        var workspace = await shared.NewWorkspaceAsync();

        (await workspace.Api.GetAsync("/search/secrets?q=" + new string('q', 498))).Is(200);
        (await workspace.Api.GetAsync("/search/secrets?q=" + new string('q', 499))).IsInvalid("q");
        (await workspace.Api.GetAsync("/audit?actorId=" + new string('a', 256))).IsInvalid("actorId");
    }

    private static Task<Reply> SendAsync(TestEnvironment environment, string method, string path, string json, int length, bool chunked)
    {
        var body = Encoding.UTF8.GetBytes(json.PadRight(length));
        return environment.Api.SendToAsync(method, ApiClient.Base + path, chunked ? ApiClient.Chunked(body) : ApiClient.Json(body));
    }
}
