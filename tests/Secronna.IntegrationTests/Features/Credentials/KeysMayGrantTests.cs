using Secronna.IdentityProvider;
using Xunit;

namespace Secronna.IntegrationTests.Features.Credentials;

/// <summary>API keys, which have no second factor, make credentials unless the operator forbids it (S32).</summary>
public sealed class KeysMayGrantTests
{
    [Fact]
    public async Task Where_keys_may_not_grant_an_API_key_takes_power_away_and_gives_none()
    {
        await using var provider = await TestIdentityProvider.StartAsync();
        await using var server = await TestServer.StartAsync(settings => settings.Access.KeysMayGrant = false, provider: provider);
        var workspace = await server.NewWorkspaceAsync();
        var admin = Callers.WithToken(workspace, "admin");
        var made = (await admin.PostAsync("/access-keys", """{"name":"x","grants":[]}""")).Is(201).Data;
        var other = (await admin.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data;
        var path = "/access-keys/" + made.Text("id");

        Reply[] refused =
        [
            await workspace.Api.PostAsync("/api-keys", """{"name":"y"}"""), await workspace.Api.PostAsync("/access-keys", """{"name":"y"}"""),
            await workspace.Api.PatchAsync(path, """{"grants":[{"path":"*","actions":["reveal"]}]}"""),
        ];

        Assert.All(refused, reply =>
            Assert.Contains("Secronna__Access__KeysMayGrant", reply.IsError(403, "FORBIDDEN").Message, StringComparison.Ordinal));
        Assert.Equal(
            ["access_key.create", "access_key.update", "api_key.create"],
            (await workspace.AuditAsync("outcome=denied")).Select(entry => entry.Text("action")).Order(StringComparer.Ordinal));
        (await admin.PatchAsync(path, """{"name":"z"}""")).Is(200);
        (await workspace.Api.GetAsync("/access-keys")).Is(200);
        (await workspace.Api.GetAsync($"/api-keys/{other.Text("id")}/made")).Is(200);
        (await workspace.Api.PostAsync(path + "/revoke")).Is(200);
        (await workspace.Api.DeleteAsync($"/api-keys/{other.Text("id")}?cascade=true")).Is(200);
        await workspace.NewProjectAsync("Web");
    }
}
