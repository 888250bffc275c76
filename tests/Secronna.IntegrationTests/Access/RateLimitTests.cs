using System.Globalization;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Access;

[RunsAlone]
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class RateLimitTests
{
    [Fact]
    public async Task A_credential_reveals_so_many_values_a_minute_and_others_are_not_touched_by_it()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = 6);
        var place = await server.NewPlaceAsync();
        await place.WriteAllAsync([("A", "1"), ("B", "2"), ("C", "3")]);
        var id = await place.WriteAsync("A", "again");
        var tag = (await place.RevealAllAsync()).Is(200).Header("ETag");
        (await place.RevealAllAsync(null, tag)).Is(304);
        (await place.RevealAsync(id)).Is(200);

        var limited = (await place.RevealAllAsync()).IsError(429, "RATE_LIMITED");

        Assert.InRange(int.Parse(limited.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        var denied = Assert.Single(await place.Workspace.AuditAsync("outcome=denied"));
        Assert.Equal((limited.RequestId, "secret.reveal"), (denied.Text("requestId"), denied.Text("action")));
        (await place.RevealAllAsync("""{"keys":["A","B"]}""")).Is(200);
        (await place.RevealAsync(id)).IsError(429, "RATE_LIMITED");
        (await place.Api.PostAsync("/reveal", $$"""{"path":"{{place.Path("A")}}"}""")).IsError(429, "RATE_LIMITED");
        var key = server.With((await place.Workspace.NewAccessKeyAsync()).Text("token"));
        (await key.PostAsync($"/secrets/{id}/reveal")).Is(200);
        (await place.Api.GetAsync(place.Secrets)).Is(200);
        Assert.Equal(7, (await place.Workspace.AuditAsync("action=secret.reveal&outcome=success")).Count);
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
    public async Task The_allowance_comes_back()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = 60);
        var place = await server.NewPlaceAsync();
        var id = await place.WriteAsync("A");
        while ((await place.RevealAsync(id)).Status == 200)
        {
        }

        await Until.HoldsAsync("the allowance", async () => (await place.RevealAsync(id)).Status == 200);
    }
}
