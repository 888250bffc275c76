using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Credentials;
using Xunit;

namespace Secronna.IntegrationTests.Features.Credentials;

/// <summary>A credential knows which one made it, and takes with it what it made, if asked (S32).</summary>
[DependsOnTransactions]
public sealed class MadeTests(SharedServer shared)
{
    [Fact]
    public async Task What_a_key_made_is_listed_and_revoked_with_it_also_through_revoked_links()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var root = await NewApiKeyAsync(workspace.Api);
        var byRoot = workspace.Server.With(root.Text("token"));
        var (access, link) = (await NewAccessKeyAsync(byRoot), await NewApiKeyAsync(byRoot));
        var byLink = workspace.Server.With(link.Text("token"));
        var (leaf, deep) = (await NewAccessKeyAsync(byLink), await NewApiKeyAsync(byLink));
        var deepest = await NewAccessKeyAsync(workspace.Server.With(deep.Text("token")));
        var other = await NewApiKeyAsync(workspace.Api);
        (await workspace.Api.DeleteAsync("/api-keys/" + link.Text("id"))).Is(200);

        var made = (await workspace.Api.GetAsync($"/api-keys/{root.Text("id")}/made")).Is(200).Data;

        Assert.Equal("apiKeys,accessKeys,hasMore", made.Names());
        Assert.Equal(Ids(link, deep), made.GetProperty("apiKeys").Each("id").Order(StringComparer.Ordinal));
        Assert.Equal(Ids(access, leaf, deepest), made.GetProperty("accessKeys").Each("id").Order(StringComparer.Ordinal));
        var listed = made.GetProperty("apiKeys").EnumerateArray().Single(key => key.Text("id") == link.Text("id"));
        Assert.Equal((true, root.Text("id")), (listed.Has("revokedAt"), listed.Text("createdBy")));
        Assert.False(made.GetProperty("hasMore").GetBoolean());

        var deleted = (await workspace.Api.DeleteAsync($"/api-keys/{root.Text("id")}?cascade=true")).Is(200);

        Assert.Equal("id,deleted,alsoRevoked", deleted.Data.Names());
        Assert.Equal(
            Ids(access, leaf, deep, deepest),
            deleted.Data.GetProperty("alsoRevoked").EnumerateArray().Select(id => id.GetString()!).Order(StringComparer.Ordinal));
        foreach (var key in new[] { root, access, link, leaf, deep, deepest })
        {
            await Until.HoldsAsync("the key is refused", async () => (await workspace.Server.With(key.Text("token")).GetAsync("/me")).Status == 401);
        }

        (await workspace.Server.With(other.Text("token")).GetAsync("/me")).Is(200);
        var entries = (await workspace.AuditAsync()).Where(entry => entry.Text("requestId") == deleted.RequestId).ToList();
        Assert.Equal(
            new[] { $"access_key.revoke {access.Text("id")}", $"access_key.revoke {leaf.Text("id")}", $"access_key.revoke {deepest.Text("id")}",
                $"api_key.revoke {root.Text("id")}", $"api_key.revoke {deep.Text("id")}" }.Order(StringComparer.Ordinal),
            entries.Select(entry => $"{entry.Text("action")} {entry.GetProperty("metadata").Text("targetId")}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_cascade_what_a_key_made_goes_on_and_can_be_revoked_later()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var root = await NewApiKeyAsync(workspace.Api);
        var made = await NewAccessKeyAsync(workspace.Server.With(root.Text("token")));
        var path = "/api-keys/" + root.Text("id");
        (await workspace.Api.DeleteAsync(path + "?cascade=perhaps")).IsInvalid("cascade");

        Assert.Equal("id,deleted", (await workspace.Api.DeleteAsync(path)).Is(200).Data.Names());

        (await workspace.Server.With(made.Text("token")).GetAsync("/me")).Is(200);
        (await workspace.Api.DeleteAsync(path)).IsError(404, "NOT_FOUND");
        Assert.Equal(1, (await workspace.Api.DeleteAsync(path + "?cascade=true")).Is(200).Data.GetProperty("alsoRevoked").GetArrayLength());
        Assert.Equal(0, (await workspace.Api.DeleteAsync(path + "?cascade=true")).Is(200).Data.GetProperty("alsoRevoked").GetArrayLength());
        await Until.HoldsAsync(
            "the key is refused", async () => (await workspace.Server.With(made.Text("token")).GetAsync("/me")).Status == 401);
    }

    [Fact]
    public async Task A_key_that_made_more_than_one_transaction_revokes_takes_it_all_with_it()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var root = await NewApiKeyAsync(workspace.Api);
        var credentials = workspace.Server.Services.GetRequiredService<CredentialService>();
        var caller = new Caller(
            ActorTypes.ApiKey, root.Text("id"), workspace.Id, null, Role.ApiKey, new RequestOrigin("req_1", null, null));
        var all = new List<ApiKeyCreatedResponse>();
        for (var i = 0; i < 3; i++)
        {
            var parent = await credentials.AddApiKeyAsync(caller, "parent");
            var half = (CredentialRevocation.PerTransaction / 2) + 3;
            all.Add(parent);
            all.AddRange(await Task.WhenAll(Enumerable.Range(0, half).Select(_ =>
                credentials.AddApiKeyAsync(caller with { ActorId = parent.Id }, "child"))));
        }

        var deleted = (await workspace.Api.DeleteAsync($"/api-keys/{root.Text("id")}?cascade=true")).Is(200);

        Assert.Equal(
            all.Select(key => key.Id).Order(StringComparer.Ordinal),
            deleted.Data.GetProperty("alsoRevoked").EnumerateArray().Select(id => id.GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal([workspace.ApiKeyId], (await workspace.Api.GetAsync("/api-keys")).Data.Each("id"));
    }

    [Fact]
    public async Task Nothing_that_a_key_makes_meanwhile_survives_its_revocation()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var root = await NewApiKeyAsync(workspace.Api);
        var byRoot = workspace.Server.With(root.Text("token"));
        var child = workspace.Server.With((await NewApiKeyAsync(byRoot)).Text("token"));
        var making = new[] { byRoot, child, byRoot, child }.Select(async client =>
        {
            Reply reply;
            var count = 0;
            do
            {
                reply = await client.PostAsync("/access-keys", """{"name":"x"}""");
                count += reply.Status == 201 ? 1 : 0;
            }
            while (reply.Status == 201);

            reply.IsError(401, "AUTH_REQUIRED");
            return count;
        }).ToList();
        await Until.HoldsAsync("some keys are made", async () => (await workspace.Api.GetAsync("/access-keys")).Data.GetArrayLength() > 8);

        (await workspace.Api.DeleteAsync($"/api-keys/{root.Text("id")}?cascade=true")).Is(200);

        Assert.True((await Task.WhenAll(making)).Sum() > 8);
        Assert.Equal(0, workspace.Server.Count(
            "SELECT count(*) FROM credentials WHERE workspace_id = @id AND kind = 'access_key' AND revoked_at IS NULL", ("@id", workspace.Id)));
    }

    [Fact]
    public async Task What_a_key_made_is_told_only_to_its_own_workspace()
    {
        var (workspace, other) = (await shared.NewWorkspaceAsync(), await shared.NewWorkspaceAsync());
        var access = await NewAccessKeyAsync(workspace.Api);

        (await other.Api.GetAsync($"/api-keys/{workspace.ApiKeyId}/made")).IsError(404, "NOT_FOUND");
        (await other.Api.GetAsync($"/access-keys/{access.Text("id")}/made")).IsError(404, "NOT_FOUND");
        (await other.Api.DeleteAsync($"/api-keys/{workspace.ApiKeyId}?cascade=true")).IsError(404, "NOT_FOUND");
        Assert.Equal(
            """{"apiKeys":[],"accessKeys":[],"hasMore":false}""",
            (await workspace.Api.GetAsync($"/access-keys/{access.Text("id")}/made")).Is(200).Data.GetRawText());
        (await workspace.Server.With(access.Text("token")).GetAsync($"/api-keys/{workspace.ApiKeyId}/made")).IsError(403, "FORBIDDEN");
        (await workspace.Server.With(access.Text("token")).GetAsync("/me")).Is(200);
    }

    private static string[] Ids(params JsonElement[] keys) => [.. keys.Select(key => key.Text("id")).Order(StringComparer.Ordinal)];

    private static async Task<JsonElement> NewApiKeyAsync(ApiClient api) => (await api.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data;

    private static async Task<JsonElement> NewAccessKeyAsync(ApiClient api) => (await api.PostAsync("/access-keys", """{"name":"x"}""")).Is(201).Data;
}
