using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>Each route has one spelling of its path, so that a proxy's rules see the path that the server sees (S31).</summary>
[FlawClass("normalisation")]
public sealed class PathSpellingTests(SharedServer shared)
{
    [Theory]
    [InlineData("/API/v1/me")]
    [InlineData("/api/V1/me")]
    [InlineData("/api/v1/Me")]
    [InlineData("/api/v1/me/")]
    [InlineData("/api/v1/me//")]
    [InlineData("//api/v1/me")]
    [InlineData("/api//v1/me")]
    [InlineData("/api/v1/%6de")]
    [InlineData("/api/v1/%6De")]
    [InlineData("/%61pi/v1/me")]
    [InlineData("/api/v1/./me")]
    [InlineData("/api/v1/projects/../me")]
    [InlineData("/api/v1/projects/%2e%2e/me")]
    [InlineData("/../api/v1/me")]
    [InlineData("/api/v1/me;x=y")]
    [InlineData("/api/v1/me/;x=y")]
    [InlineData("/api/v1/me%2f")]
    [InlineData("/api/v1\\me")]
    [InlineData("/api/v1/projects/BY-SLUG/web")]
    [InlineData("/health/Live")]
    [InlineData("/health/live/")]
    [InlineData("/openapi/V1.json")]
    [InlineData("/openapi/v1%2ejson")]
    public async Task A_path_that_is_spelt_otherwise_is_answered_as_an_unknown_one(string path)
    {
        var workspace = await shared.NewWorkspaceAsync();
        var server = workspace.Server;
        var unknown = Body(await RawHttp.SendAsync(server.Address, Request("GET", "/api/v1/nothing", workspace.Token)));

        foreach (var method in new[] { "GET", "POST" })
        {
            var answer = await RawHttp.SendAsync(server.Address, Request(method, path, workspace.Token));
            Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("\r\nAllow:", answer, StringComparison.Ordinal);
            Assert.Equal(unknown, Body(answer));
        }
    }

    [Theory]
    [InlineData("/api/v1/me")]
    [InlineData("/api/v1/projects?limit=1")]
    [InlineData("/api/v1/search/secrets?q=a/b/../c")]
    [InlineData("http://127.0.0.1/api/v1/me")]
    [InlineData("/health/live")]
    [InlineData("/openapi/v1.json")]
    public async Task A_path_that_is_spelt_right_is_served(string path)
    {
        var workspace = await shared.NewWorkspaceAsync();
        Assert.Equal(200, await RawHttp.StatusAsync(workspace.Server.Address, Request("GET", path, workspace.Token)));
    }

    [Fact]
    public async Task A_wrong_method_names_the_allowed_ones_only_for_the_right_spelling()
    {
        var server = await shared.GetAsync();
        Assert.Equal(405, await RawHttp.StatusAsync(server.Address, Request("PUT", "/api/v1/me", "x")));
        Assert.Equal(404, await RawHttp.StatusAsync(server.Address, Request("PUT", "/api/v1/ME", "x")));
        Assert.Equal(404, await RawHttp.StatusAsync(server.Address, Request("PUT", "/api/v1/me/", "x")));
    }

    [Fact]
    public async Task The_parameters_of_a_path_may_be_encoded_and_are_case_sensitive()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("KEY");
        var path = $"/projects/by-slug/{environment.ProjectSlug}/environments/{environment.Slug}/secrets/";

        (await environment.Api.GetAsync(path + "%4BEY")).Is(200);
        (await environment.Api.GetAsync(path + "key")).IsError(404, "NOT_FOUND");
        (await environment.Api.GetAsync(path + "KEY;x=y")).IsError(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_repeat_is_recognised_however_its_parameters_are_encoded()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var encoded = $"/environments/%65{environment.Id[1..]}/secrets";
        const string Body = """{"key":"KEY","value":"v"}""";

        var first = await environment.Api.SendAsync("PUT", environment.SecretsPath, Body, ("Idempotency-Key", "once"));
        var repeat = await environment.Api.SendAsync("PUT", encoded, Body, ("Idempotency-Key", "once"));

        Assert.Equal(1, first.Is(201).Data.Number("version"));
        Assert.Equal(1, repeat.Is(201).Data.Number("version"));
        (await environment.Api.SendAsync("PUT", encoded, """{"key":"KEY","value":"w"}""", ("Idempotency-Key", "once"))).IsError(409, "CONFLICT");
    }

    private static byte[] Request(string method, string path, string token) => Encoding.UTF8.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n");

    private static string Body(string answer) =>
        answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Split(",\"meta\"")[0];
}
