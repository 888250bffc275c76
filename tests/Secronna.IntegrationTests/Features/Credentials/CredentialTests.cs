using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Credentials;

/// <summary>API keys, access keys and what callers learn of themselves.</summary>
[DependsOnTransactions]
public sealed class CredentialTests(SharedServer shared)
{
    [Fact]
    public async Task An_API_key_is_created_used_listed_and_deleted()
    {
        var workspace = await shared.NewWorkspaceAsync();

        var created = (await workspace.Api.PostAsync("/api-keys", """{"name":"ci"}""")).Is(201).Data;

        Assert.Equal("id,name,prefix,createdAt,createdBy,expiresAt,token", created.Names());
        Assert.Matches("^key_[0-9a-hjkmnp-tv-z]{26}$", created.Text("id"));
        Assert.Equal((workspace.ApiKeyId, true), (created.Text("createdBy"), created.IsNull("expiresAt")));
        Assert.StartsWith("sk_live_", created.Text("token"), StringComparison.Ordinal);
        Assert.StartsWith(created.Text("prefix"), created.Text("token"), StringComparison.Ordinal);
        var key = workspace.Server.With(created.Text("token"));
        (await key.GetAsync("/projects")).Is(200);
        var list = (await workspace.Api.GetAsync("/api-keys")).Is(200).Data;
        Assert.Equal("id,name,prefix,createdAt,createdBy,expiresAt,lastUsedAt", list[0].Names());
        // The list is in the order of ids. Two ids of one millisecond have no other order.
        Assert.Equal(new[] { workspace.ApiKeyId, created.Text("id") }.Order(StringComparer.Ordinal), list.Each("id"));
        Assert.DoesNotContain(created.Text("token"), list.GetRawText(), StringComparison.Ordinal);
        var deleted = (await workspace.Api.DeleteAsync("/api-keys/" + created.Text("id"))).Is(200).Data;
        Assert.Equal($$"""{"id":"{{created.Text("id")}}","deleted":true}""", deleted.GetRawText());
        Assert.Equal([workspace.ApiKeyId], (await workspace.Api.GetAsync("/api-keys")).Data.Each("id"));
        (await workspace.Api.DeleteAsync("/api-keys/" + created.Text("id"))).IsError(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_workspace_has_a_limited_number_of_credentials_and_a_revocation_makes_room()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.Credentials = 3);
        var workspace = await server.NewWorkspaceAsync();
        var id = (await workspace.Api.PostAsync("/access-keys", """{"name":"a"}""")).Is(201).Data.Text("id");
        (await workspace.Api.PostAsync("/api-keys", """{"name":"b"}""")).Is(201);

        var refused = (await workspace.Api.PostAsync("/api-keys", """{"name":"c"}""")).IsError(409, "CONFLICT");

        Assert.Equal("the workspace has 3 credentials, and may have no more: revoke those that nobody uses", refused.Message);
        (await workspace.Api.PostAsync($"/access-keys/{id}/revoke")).Is(200);
        (await workspace.Api.PostAsync("/api-keys", """{"name":"c"}""")).Is(201);
    }

    [Fact]
    public async Task An_access_key_is_created_used_listed_changed_and_revoked()
    {
        var workspace = await shared.NewWorkspaceAsync();

        var created = (await workspace.Api.PostAsync("/access-keys", """{"name":"app","expiresInDays":30}""")).Is(201).Data;

        Assert.Equal("id,name,prefix,createdAt,createdBy,expiresAt,grants,token", created.Names());
        Assert.StartsWith("st_live_", created.Text("token"), StringComparison.Ordinal);
        Assert.StartsWith(created.Text("prefix"), created.Text("token"), StringComparison.Ordinal);
        Assert.Equal(30, Math.Round((created.Time("expiresAt") - created.Time("createdAt")).TotalDays));
        Assert.Equal(workspace.ApiKeyId, created.Text("createdBy"));
        Assert.Equal("""[{"path":"*","actions":["list","reveal","write","delete"]}]""", created.GetProperty("grants").GetRawText());
        (await workspace.Server.With(created.Text("token")).GetAsync("/projects")).Is(200);
        var changed = (await workspace.Api.PatchAsync("/access-keys/" + created.Text("id"), """{"name":"web","expiresInDays":3650}""")).Is(200).Data;
        Assert.Equal("id,name,prefix,createdAt,createdBy,expiresAt,grants,lastUsedAt,revokedAt", changed.Names());
        Assert.Equal("web", changed.Text("name"));
        Assert.True(changed.Time("expiresAt") > created.Time("expiresAt"));
        var same = (await workspace.Api.PatchAsync("/access-keys/" + created.Text("id"), "{}")).Is(200).Data;
        Assert.Equal((changed.Text("name"), changed.Text("expiresAt")), (same.Text("name"), same.Text("expiresAt")));
        var revoked = (await workspace.Api.PostAsync($"/access-keys/{created.Text("id")}/revoke")).Is(200).Data;
        Assert.Equal("id,revokedAt", revoked.Names());
        var listed = Assert.Single((await workspace.Api.GetAsync("/access-keys")).Is(200).Data.EnumerateArray());
        Assert.Equal("id,name,prefix,createdAt,createdBy,expiresAt,grants,lastUsedAt,revokedAt", listed.Names());
        Assert.Equal(revoked.Text("revokedAt"), listed.Text("revokedAt"));
        (await workspace.Api.PatchAsync("/access-keys/" + created.Text("id"), """{"name":"x"}""")).IsError(409, "CONFLICT");
        var again = (await workspace.Api.PostAsync($"/access-keys/{created.Text("id")}/revoke")).Is(200).Data;
        Assert.Equal(revoked.GetRawText(), again.GetRawText());
    }

    [Fact]
    public async Task An_access_key_without_expiresInDays_never_expires()
    {
        var workspace = await shared.NewWorkspaceAsync();

        Assert.True((await workspace.NewAccessKeyAsync()).IsNull("expiresAt"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("3651")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("\"30\"")]
    public async Task ExpiresInDays_is_from_1_to_3650(string days)
    {
        var workspace = await shared.NewWorkspaceAsync();
        var key = await workspace.NewAccessKeyAsync();

        (await workspace.Api.PostAsync("/access-keys", $$"""{"name":"x","expiresInDays":{{days}}}""")).IsInvalid("expiresInDays");
        (await workspace.Api.PostAsync("/api-keys", $$"""{"name":"x","expiresInDays":{{days}}}""")).IsInvalid("expiresInDays");
        (await workspace.Api.PatchAsync("/access-keys/" + key.Text("id"), $$"""{"expiresInDays":{{days}}}""")).IsInvalid("expiresInDays");
    }

    [Fact]
    public async Task The_last_use_is_stored_to_the_minute()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var key = await workspace.NewAccessKeyAsync();

        (await workspace.Server.With(key.Text("token")).GetAsync("/me")).Is(200);

        string[] noted = [];
        await Until.HoldsAsync(
            "the last use is stored",
            async () => (noted = (await workspace.Api.GetAsync("/access-keys")).Data.Each("lastUsedAt"))[0].Length > 0);
        Assert.EndsWith(":00Z", noted[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_of_API_keys_do_not_find_access_keys_and_the_reverse()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var key = await workspace.NewAccessKeyAsync();

        (await workspace.Api.DeleteAsync("/api-keys/" + key.Text("id"))).IsError(404, "NOT_FOUND");
        (await workspace.Api.PostAsync($"/access-keys/{workspace.ApiKeyId}/revoke")).IsError(404, "NOT_FOUND");
        (await workspace.Api.PatchAsync($"/access-keys/{workspace.ApiKeyId}", "{}")).IsError(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Tokens_are_stored_only_as_hashes()
    {
        await using var server = await TestServer.StartAsync();
        var workspace = await server.NewWorkspaceAsync();
        var token = (await workspace.NewAccessKeyAsync()).Text("token");

        var files = server.Files().ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(-1, file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(token[16..]))));
    }

    [Fact]
    public async Task Me_returns_the_identity_of_the_caller()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var key = await workspace.NewAccessKeyAsync("app");

        var api = (await workspace.Api.GetAsync("/me")).Is(200).Data;
        var access = (await workspace.Server.With(key.Text("token")).GetAsync("/me")).Is(200).Data;

        Assert.Equal(
            $$"""{"actorType":"api_key","actorId":"{{workspace.ApiKeyId}}","workspaceId":"{{workspace.Id}}","name":"test","grants":[{"path":"*","actions":["list","reveal","write","delete"]}]}""",
            api.GetRawText());
        Assert.Equal(
            $$"""{"actorType":"access_key","actorId":"{{key.Text("id")}}","workspaceId":"{{workspace.Id}}","name":"app","grants":[{"path":"*","actions":["list","reveal","write","delete"]}]}""",
            access.GetRawText());
    }

    [Fact]
    public async Task The_sign_in_configuration_needs_no_credential()
    {
        var server = await shared.GetAsync();

        Assert.Equal(
            $$"""{"issuer":"{{server.Provider!.Issuer}}","cliClientId":"secronna-cli","webClientId":null,"scopes":["openid","profile","email","offline_access"],"tokenType":"access_token","params":{},"cliClientSecret":null}""",
            (await server.Anyone.GetAsync("/auth/config")).Is(200).Data.GetRawText());
    }

    [Fact]
    public async Task The_KEKs_of_a_project_are_listed()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("KEY");

        var kek = Assert.Single((await environment.Api.GetAsync($"/projects/{environment.ProjectId}/keys")).Is(200).Data.EnumerateArray());

        Assert.Equal("id,state,masterKeyId,createdAt,wraps,remaining", kek.Names());
        Assert.Matches("^kek_[0-9a-hjkmnp-tv-z]{26}$", kek.Text("id"));
        Assert.Equal(("active", "mk_test"), (kek.Text("state"), kek.Text("masterKeyId")));
        Assert.True(kek.Number("wraps") >= 1);
        Assert.Equal(0, kek.Number("remaining"));
    }

    [Fact]
    public async Task Health_needs_no_credential()
    {
        var server = await shared.GetAsync();

        (await server.Anyone.SendToAsync("GET", "/health/live")).Is(200);
        await Until.HoldsAsync(
            "the server is ready",
            async () => (await server.Anyone.SendToAsync("GET", "/health/ready")).Status == 200);
    }
}
