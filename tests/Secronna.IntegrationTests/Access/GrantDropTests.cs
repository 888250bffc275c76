using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>With a project or an environment go the grants that name it literally: what is made later under its slug is not theirs.</summary>
[DependsOnTransactions]
public sealed class GrantDropTests
{
    private readonly FakeTimeProvider time = Clock.New();

    [Theory]
    [InlineData(false, "api/production/X,we*/production,web/staging/DB_*,web,web/prod*,*/production/*")]
    [InlineData(true, "api/production/X,we*/production,*/production/*")]
    public async Task A_deletion_takes_literal_grants_away_and_leaves_patterns(bool isProject, string left)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        await place.WriteAsync("TOKEN");
        var key = await place.Workspace.NewGrantedKeyAsync(
            "web/production: list", "api/production/X: list reveal", "we*/production: delete", "web/production/TOKEN: write",
            "web/staging/DB_*: list", "web/production/DB_*: reveal", "web: write", "web/prod*: list", "*/production/*: list");
        var other = await place.Workspace.NewGrantedKeyAsync("api: list");

        var deletion = await DeleteAsync(place, isProject);

        var after = await KeyAsync(place, key);
        Assert.Equal(left.Split(','), after.GetProperty("grants").Each("path"));
        Assert.Equal("""["list","reveal"]""", after.GetProperty("grants")[0].GetProperty("actions").GetRawText());
        Assert.True(after.IsNull("revokedAt"));
        Assert.Equal(["api"], (await KeyAsync(place, other)).GetProperty("grants").Each("path"));
        var entry = Assert.Single(await place.Workspace.AuditAsync("action=access_key.update"));
        Assert.Equal((deletion.RequestId, place.Workspace.ApiKeyId), (entry.Text("requestId"), entry.Text("actorId")));
        Assert.Contains(key.Text("id"), entry.GetProperty("metadata").GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(other.Text("id"), entry.GetProperty("metadata").GetRawText(), StringComparison.Ordinal);
        Assert.Empty(await place.Workspace.AuditAsync("action=access_key.revoke"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_is_left_without_grants_is_revoked_and_sees_nothing_of_what_comes_after(bool isProject)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var key = await place.Workspace.NewGrantedKeyAsync("web/production: list reveal", "web/production/TOKEN: write");
        var client = server.With(key.Text("token"));
        (await client.GetAsync(place.Secrets)).Is(200);

        var deletion = await DeleteAsync(place, isProject);

        time.Advance(TimeSpan.FromSeconds(1));
        (await client.GetAsync("/projects")).IsError(401, "AUTH_REQUIRED");
        var listed = await KeyAsync(place, key);
        Assert.False(listed.IsNull("revokedAt"));
        Assert.NotEqual("[]", listed.GetProperty("grants").GetRawText());
        var entry = Assert.Single(await place.Workspace.AuditAsync("action=access_key.revoke"));
        Assert.Equal(deletion.RequestId, entry.Text("requestId"));
        Assert.Contains(key.Text("id"), entry.GetProperty("metadata").GetRawText(), StringComparison.Ordinal);
        (await place.Api.PatchAsync("/access-keys/" + key.Text("id"), """{"grants":[]}""")).IsError(409, "CONFLICT");
        Assert.Empty(await place.Workspace.AuditAsync("action=access_key.update"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_made_again_under_the_same_slugs_is_not_granted_to_a_key_that_had_the_old(bool isProject)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var client = await place.Workspace.GrantedAsync("web/production: list reveal", "web/production/TOKEN: write", "api: list");
        await DeleteAsync(place, isProject);
        var again = isProject ? await place.Workspace.NewPlaceAsync() : place with
        {
            EnvironmentId = (await place.Workspace.NewEnvironmentAsync(place.ProjectId, "Production")).Text("id"),
        };
        var id = await again.WriteAsync("TOKEN");
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty((await client.GetAsync("/projects")).Is(200).Data.EnumerateArray());
        Assert.Empty((await client.GetAsync("/search/secrets?q=TOKEN")).Is(200).Data.EnumerateArray());
        (await client.GetAsync(again.Secrets)).IsError(404, "NOT_FOUND");
        (await client.PostAsync($"/secrets/{id}/reveal")).IsError(404, "NOT_FOUND");
        (await client.PostAsync("/reveal", """{"path":"web/production/TOKEN"}""")).IsError(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData(false, "UPDATE", "credentials")]
    [InlineData(true, "UPDATE", "credentials")]
    [InlineData(false, "INSERT", "audit_entries")]
    [InlineData(true, "INSERT", "audit_entries")]
    public async Task A_deletion_that_can_not_take_the_grants_away_or_record_it_does_nothing(bool isProject, string change, string table)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var id = await place.WriteAsync("TOKEN");
        var changed = await place.Workspace.NewGrantedKeyAsync("web/production: list reveal", "api: list");
        var revoked = await place.Workspace.NewGrantedKeyAsync("web/production: list reveal");
        server.Break(change, table);

        Assert.InRange((await DeleteReplyAsync(place, isProject)).Status, 500, 503);

        server.Mend(table);
        Assert.Equal(2, (await KeyAsync(place, changed)).GetProperty("grants").GetArrayLength());
        Assert.True((await KeyAsync(place, revoked)).IsNull("revokedAt"));
        Assert.Equal("a value", await place.ValueAsync(id));
        await DeleteAsync(place, isProject);
    }

    [Fact]
    public async Task Keys_of_other_workspaces_and_those_without_grants_keep_what_they_have()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var (place, other) = (await server.NewPlaceAsync(), await server.NewPlaceAsync());
        var unrestricted = server.With((await place.Workspace.NewAccessKeyAsync()).Text("token"));
        var theirs = await other.Workspace.GrantedAsync("web/production: list");

        await DeleteAsync(place, isProject: true);

        time.Advance(TimeSpan.FromSeconds(1));
        (await unrestricted.GetAsync("/projects")).Is(200);
        (await theirs.GetAsync(other.Secrets)).Is(200);
        Assert.Empty(await other.Workspace.AuditAsync("action=access_key.revoke"));
    }

    private static async Task<JsonElement> KeyAsync(Place place, JsonElement key) =>
        Assert.Single((await place.Api.GetAsync("/access-keys")).Is(200).Data.EnumerateArray(), listed => listed.Text("id") == key.Text("id"));

    private static async Task<Reply> DeleteAsync(Place place, bool isProject) => (await DeleteReplyAsync(place, isProject)).Is(200);

    private static Task<Reply> DeleteReplyAsync(Place place, bool isProject) => place.Api.DeleteAsync(
        (isProject ? "/projects/" + place.ProjectId : "/environments/" + place.EnvironmentId) + "?force=true");
}
