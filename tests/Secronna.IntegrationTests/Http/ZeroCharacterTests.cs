using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>U+0000, which PostgreSQL cannot store in text, is refused or not found wherever it is sent (S29).</summary>
public sealed class ZeroCharacterTests(SharedServer shared)
{
    private static readonly string[] Names =
        ["cursor", "limit", "q", "from", "to", "action", "actorId", "projectId", "environmentId", "secretId", "outcome", "version", "force", "revoked"];

    [Fact]
    public async Task A_zero_character_in_the_path_of_any_route_is_refused_or_not_found()
    {
        var workspace = await shared.NewWorkspaceAsync();
        foreach (var name in RouteCalls.All.Keys.Where(name => name.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var text in new[] { "%00", "a%00b", "proj_%00" })
            {
                var parts = name.Split(' ');
                var path = ApiClient.Base + System.Text.RegularExpressions.Regex.Replace(parts[1], @"\{\w+\}", text);
                var request = $"{parts[0]} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {workspace.Token}\r\nContent-Length: 0\r\n\r\n";
                var status = await RawHttp.StatusAsync(workspace.Server.Address, Encoding.ASCII.GetBytes(request));
                Assert.True(status is 400 or 404, $"{name} with {text}: {status}");
            }
        }
    }

    [Fact]
    public async Task A_zero_character_in_any_query_parameter_is_refused()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        foreach (var path in new[] { "/projects", "/audit", "/search/secrets", environment.SecretsPath, $"/secrets/{id}/versions", "/access-keys", "/api-keys" })
        {
            foreach (var name in Names)
            {
                foreach (var text in new[] { "%00", "a%00", "%00a" })
                {
                    (await environment.Api.GetAsync($"{path}?{name}={text}")).IsError(400, "VALIDATION_ERROR");
                }
            }
        }
    }

    [Theory]
    [InlineData("POST", "/reveal", """{"path":"we\u0000b/production/KEY"}""")]
    [InlineData("POST", "/reveal", """{"path":"web/production/\u0000"}""")]
    [InlineData("POST", "/projects", """{"name":"\u0000"}""")]
    [InlineData("POST", "/access-keys", """{"name":"a\u0000"}""")]
    [InlineData("POST", "{env}/reveal", """{"keys":["A\u0000"]}""")]
    [InlineData("PATCH", "{env}", """{"name":"a\u0000"}""")]
    [InlineData("PUT", "{env}/secrets", """{"key":"KEY","value":"v","comment":"\u0000"}""")]
    [InlineData("POST", "{env}/secrets/batch", """{"secrets":[{"key":"KEY","value":"v"}],"comment":"\u0000"}""")]
    public async Task A_zero_character_in_any_text_of_a_body_is_refused_or_not_found(string method, string path, string body)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var reply = await environment.Api.SendAsync(method, path.Replace("{env}", $"/environments/{environment.Id}", StringComparison.Ordinal), body);
        Assert.True(reply.Status is 400 or 404, reply.Text);
    }

    [Fact]
    public async Task A_zero_character_in_a_header_is_refused()
    {
        var workspace = await shared.NewWorkspaceAsync();
        foreach (var header in new[] { "User-Agent", "Idempotency-Key", "If-None-Match", "Authorization" })
        {
            var request = "POST /api/v1/secrets/sec_x/reveal HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                + $"Authorization: Bearer {workspace.Token}\r\n{header}: a\0b\r\n\r\n";
            Assert.InRange(await RawHttp.StatusAsync(workspace.Server.Address, Encoding.ASCII.GetBytes(request)), 400, 499);
        }
    }
}
