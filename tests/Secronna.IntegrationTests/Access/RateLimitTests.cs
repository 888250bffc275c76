using System.Globalization;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Access;

[RunsAlone]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class RateLimitTests
{
    [Fact]
    public async Task Reveals_are_limited_per_credential_and_other_credentials_are_not_affected()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = 6);
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "1"), ("B", "2"), ("C", "3")]);
        var id = await environment.WriteAsync("A", "again");
        var tag = (await environment.RevealAllAsync()).Is(200).Header("ETag");
        (await environment.RevealAllAsync(null, tag)).Is(304);
        (await environment.RevealAsync(id)).Is(200);

        var limited = (await environment.RevealAllAsync()).IsError(429, "RATE_LIMITED");

        Assert.InRange(int.Parse(limited.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        var denied = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied"));
        Assert.Equal((limited.RequestId, "secret.reveal"), (denied.Text("requestId"), denied.Text("action")));
        (await environment.RevealAllAsync("""{"keys":["A"]}""")).Is(200);
        (await environment.RevealAsync(id)).IsError(429, "RATE_LIMITED");
        (await environment.Api.PostAsync("/reveal", $$"""{"path":"{{environment.PathOf("A")}}"}""")).IsError(429, "RATE_LIMITED");
        var key = server.With((await environment.Workspace.NewAccessKeyAsync()).Text("token"));
        (await key.PostAsync($"/secrets/{id}/reveal")).Is(200);
        (await environment.Api.GetAsync(environment.SecretsPath)).Is(200);
        Assert.Equal(6, (await environment.Workspace.AuditAsync("action=secret.reveal&outcome=success")).Count);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(250, 3)]
    public async Task Asking_for_a_revision_counts_as_a_reveal_for_each_hundred_values_even_if_the_answer_is_304(int keys, int cost)
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = keys + (2 * cost));
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Enumerable.Range(0, keys).Select(i => ($"KEY_{i}", "v")));
        var tag = (await environment.RevealAllAsync()).Is(200).Header("ETag");
        (await environment.RevealAllAsync(null, tag)).Is(304);
        (await environment.RevealAllAsync(null, tag)).Is(304);

        var limited = (await environment.RevealAllAsync(null, tag)).IsError(429, "RATE_LIMITED");

        var denied = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied"));
        Assert.Equal((limited.RequestId, environment.Id), (denied.Text("requestId"), denied.GetProperty("metadata").Text("environmentId")));
    }

    [Fact]
    public async Task Failed_authentications_are_limited_by_address_and_a_valid_credential_always_passes()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.FailedAuthenticationsPerMinute = 3);
        var workspace = await server.NewWorkspaceAsync();
        for (var i = 0; i < 3; i++)
        {
            (await server.With("garbage").GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        }

        var limited = (await server.With("sk_live_" + new string('0', 60)).GetAsync("/me")).IsError(429, "RATE_LIMITED");

        Assert.InRange(int.Parse(limited.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        (await workspace.Api.GetAsync("/me")).Is(200);
        (await server.Anyone.GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task The_allowance_of_reveals_is_refilled_over_time()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = 60);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A");
        while ((await environment.RevealAsync(id)).Status == 200)
        {
        }

        await Until.HoldsAsync("the allowance is refilled", async () => (await environment.RevealAsync(id)).Status == 200);
    }
}
