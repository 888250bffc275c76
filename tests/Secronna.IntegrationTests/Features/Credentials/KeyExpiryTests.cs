using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Secronna.IntegrationTests.Features.Credentials;

/// <summary>API keys expire if asked, and give no power that lasts longer than they do (S32).</summary>
public sealed class KeyExpiryTests
{
    private readonly FakeTimeProvider time = TestClock.New();

    [Fact]
    public async Task An_expired_API_key_and_what_it_made_are_refused()
    {
        await using var server = await TestServer.StartAsync(time: time);
        await server.AdvanceAsync(time, TimeSpan.Zero);
        var workspace = await server.NewWorkspaceAsync();
        var key = (await workspace.Api.PostAsync("/api-keys", """{"name":"x","expiresInDays":1}""")).Is(201).Data;
        var client = server.With(key.Text("token"));
        var made = (await client.PostAsync("/access-keys", """{"name":"x"}""")).Is(201).Data;
        Assert.Equal(key.Text("expiresAt"), made.Text("expiresAt"));
        Assert.Contains(key.Text("expiresAt"), (await workspace.Api.GetAsync("/api-keys")).Is(200).Data.Each("expiresAt"));

        await server.AdvanceAsync(time, TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        (await client.GetAsync("/me")).Is(200);
        (await server.With(made.Text("token")).GetAsync("/me")).Is(200);

        await server.AdvanceAsync(time, TimeSpan.FromSeconds(1));
        (await client.GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        (await server.With(made.Text("token")).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        (await workspace.Api.GetAsync("/me")).Is(200);
    }

    [Fact]
    public async Task An_API_key_that_expires_gives_no_power_that_lasts_longer()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        var key = (await workspace.Api.PostAsync("/api-keys", """{"name":"x","expiresInDays":9}""")).Is(201).Data;
        var client = server.With(key.Text("token"));
        foreach (var path in new[] { "/api-keys", "/access-keys" })
        {
            var refused = (await client.PostAsync(path, """{"name":"x","expiresInDays":10}""")).IsInvalid("expiresInDays");
            Assert.Contains(key.Text("expiresAt"), refused.Message, StringComparison.Ordinal);
            (await client.PostAsync(path, """{"name":"x","expiresInDays":8}""")).Is(201);
        }

        // What exists already and lasts longer can be renamed by such a key, and can't be given anything.
        var older = "/access-keys/" + (await workspace.NewAccessKeyAsync()).Text("id");
        (await client.PatchAsync(older, """{"name":"renamed"}""")).Is(200);
        (await client.PatchAsync(older, """{"grants":[{"path":"web","actions":["reveal"]}]}""")).IsInvalid("expiresInDays");
        (await client.PatchAsync(older, """{"expiresInDays":null}""")).IsInvalid("expiresInDays");
        (await client.PatchAsync(older, """{"expiresInDays":10}""")).IsInvalid("expiresInDays");
        (await client.PatchAsync(older, """{"expiresInDays":8,"grants":[{"path":"web","actions":["reveal"]}]}""")).Is(200);
        (await workspace.Api.PatchAsync(older, """{"expiresInDays":null}""")).Is(200);
    }
}
