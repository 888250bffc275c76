using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>The setting AllowedHosts: the host names that requests may use.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class AllowedHostTests
{
    [Theory]
    [InlineData("secrets.example.com", true)]
    [InlineData("SECRETS.example.com:4230", true)]
    [InlineData("a.wild.example.com", true)]
    [InlineData("a.b.wild.example.com", true)]
    [InlineData("wild.example.com", false)]
    [InlineData("evil.example.net", false)]
    [InlineData("secrets.example.com.evil.example.net", false)]
    [InlineData("127.0.0.1", false)]
    public async Task A_request_for_a_host_that_is_not_allowed_is_refused_without_repeating_the_name(string host, bool isAllowed)
    {
        await using var server = await StartAsync();
        var workspace = await server.NewWorkspaceAsync();

        var reply = await workspace.Api.SendAsync("GET", "/me", null, ("Host", host));

        if (isAllowed)
        {
            reply.Is(200);
            return;
        }

        Assert.Contains("Secronna__Http__AllowedHosts", reply.IsInvalid("Host").Message, StringComparison.Ordinal);
        Assert.DoesNotContain(host, reply.Text, StringComparison.OrdinalIgnoreCase);
        (await server.Anyone.SendToAsync("GET", "/nowhere", null, ("Host", host))).IsInvalid("Host");
    }

    [Fact]
    public async Task A_request_without_a_host_is_refused()
    {
        await using var server = await StartAsync();
        Assert.Equal(400, await RawHttp.StatusAsync(server.Address, "GET /openapi.json HTTP/1.1\r\nHost: \r\n\r\n"u8.ToArray()));
        Assert.Equal(400, await RawHttp.StatusAsync(server.Address, "GET /openapi.json HTTP/1.0\r\n\r\n"u8.ToArray()));
    }

    [Fact]
    public async Task Health_answers_to_any_host()
    {
        await using var server = await StartAsync();
        (await server.Anyone.SendToAsync("GET", "/health/live", null, ("Host", "evil.example.net"))).Is(200);
    }

    [Fact]
    public async Task Without_the_setting_any_host_is_allowed()
    {
        await using var server = await TestServer.StartAsync();
        var workspace = await server.NewWorkspaceAsync();
        (await workspace.Api.SendAsync("GET", "/me", null, ("Host", "any.example.net"))).Is(200);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(settings =>
    {
        settings.Http.AllowedHosts.Add("secrets.example.com");
        settings.Http.AllowedHosts.Add("*.wild.example.com");
    });
}
