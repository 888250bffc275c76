using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// The deletion of a project or an environment removes the grants that name it literally, so that these grants do not
/// reach things that are created later under the same slug.
/// </summary>
[DependsOnTransactions]
public sealed class GrantDropTests
{
    private readonly FakeTimeProvider time = TestClock.New();

    [Theory]
    [InlineData(false, "api/production/X,we*/production,web/staging/DB_*,web,web/prod*,*/production/*")]
    [InlineData(true, "api/production/X,we*/production,*/production/*")]
    public async Task A_deletion_removes_literal_grants_and_keeps_patterns(bool isProject, string left)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAsync("TOKEN");
        var key = await environment.Workspace.NewGrantedKeyAsync(
            "web/production: list", "api/production/X: list reveal", "we*/production: delete", "web/production/TOKEN: write",
            "web/staging/DB_*: list", "web/production/DB_*: reveal", "web: write", "web/prod*: list", "*/production/*: list");
        var other = await environment.Workspace.NewGrantedKeyAsync("api: list");

        var deletion = await DeleteAsync(environment, isProject);

        var after = await KeyAsync(environment, key);
        Assert.Equal(left.Split(','), after.GetProperty("grants").Each("path"));
        Assert.Equal("""["list","reveal"]""", after.GetProperty("grants")[0].GetProperty("actions").GetRawText());
        Assert.True(after.IsNull("revokedAt"));
        Assert.Equal(["api"], (await KeyAsync(environment, other)).GetProperty("grants").Each("path"));
        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=access_key.update"));
        Assert.Equal((deletion.RequestId, environment.Workspace.ApiKeyId), (entry.Text("requestId"), entry.Text("actorId")));
        Assert.Contains(key.Text("id"), entry.GetProperty("metadata").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(9, entry.GetProperty("metadata").GetProperty("before").GetProperty("grants").GetArrayLength());
        Assert.Equal(left.Split(','), entry.GetProperty("metadata").GetProperty("after").GetProperty("grants").Each("path"));
        Assert.DoesNotContain(other.Text("id"), entry.GetProperty("metadata").GetRawText(), StringComparison.Ordinal);
        Assert.Empty(await environment.Workspace.AuditAsync("action=access_key.revoke"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_access_key_whose_last_grant_is_removed_may_do_nothing(bool isProject)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var key = await environment.Workspace.NewGrantedKeyAsync("web/production: list reveal", "web/production/TOKEN: write");
        var client = server.With(key.Text("token"));
        (await client.GetAsync(environment.SecretsPath)).Is(200);

        var deletion = await DeleteAsync(environment, isProject);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await client.GetAsync("/projects")).Is(200).Data.EnumerateArray());
        var listed = await KeyAsync(environment, key);
        Assert.True(listed.IsNull("revokedAt"));
        Assert.Equal("[]", listed.GetProperty("grants").GetRawText());
        var again = await environment.Workspace.NewTestEnvironmentAsync("Other");
        await again.WriteAsync("TOKEN");
        (await client.GetAsync(again.SecretsPath)).IsError(404, "NOT_FOUND");
        var entry = Assert.Single(await environment.Workspace.AuditAsync("action=access_key.update"));
        Assert.Equal(deletion.RequestId, entry.Text("requestId"));
        Assert.Contains(key.Text("id"), entry.GetProperty("metadata").GetRawText(), StringComparison.Ordinal);
        Assert.Empty(await environment.Workspace.AuditAsync("action=access_key.revoke"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_access_key_with_grants_on_a_deleted_environment_does_not_reach_a_new_one_with_the_same_slugs(bool isProject)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var client = await environment.Workspace.NewGrantedClientAsync("web/production: list reveal", "web/production/TOKEN: write", "api: list");
        await DeleteAsync(environment, isProject);
        var again = isProject ? await environment.Workspace.NewTestEnvironmentAsync() : environment with
        {
            Id = (await environment.Workspace.NewEnvironmentAsync(environment.ProjectId, "Production")).Text("id"),
        };
        var id = await again.WriteAsync("TOKEN");
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty((await client.GetAsync("/projects")).Is(200).Data.EnumerateArray());
        Assert.Empty((await client.GetAsync("/search/secrets?q=TOKEN")).Is(200).Data.EnumerateArray());
        (await client.GetAsync(again.SecretsPath)).IsError(404, "NOT_FOUND");
        (await client.PostAsync($"/secrets/{id}/reveal")).IsError(404, "NOT_FOUND");
        (await client.PostAsync("/reveal", """{"path":"web/production/TOKEN"}""")).IsError(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData(false, "UPDATE", "credentials")]
    [InlineData(true, "UPDATE", "credentials")]
    [InlineData(false, "INSERT", "trail_segments")]
    [InlineData(true, "INSERT", "trail_segments")]
    public async Task A_deletion_that_cannot_remove_or_record_the_grants_changes_nothing(bool isProject, string change, string table)
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("TOKEN");
        var changed = await environment.Workspace.NewGrantedKeyAsync("web/production: list reveal", "api: list");
        var revoked = await environment.Workspace.NewGrantedKeyAsync("web/production: list reveal");
        server.Break(change, table);

        Assert.InRange((await DeleteReplyAsync(environment, isProject)).Status, 500, 503);

        server.Mend(table);
        Assert.Equal(2, (await KeyAsync(environment, changed)).GetProperty("grants").GetArrayLength());
        Assert.True((await KeyAsync(environment, revoked)).IsNull("revokedAt"));
        Assert.Equal("a value", await environment.ValueAsync(id));
        await DeleteAsync(environment, isProject);
    }

    [Fact]
    public async Task A_deletion_leaves_access_keys_of_other_workspaces_and_those_without_grants_as_they_are()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var (environment, other) = (await server.NewTestEnvironmentAsync(), await server.NewTestEnvironmentAsync());
        var unrestricted = server.With((await environment.Workspace.NewAccessKeyAsync()).Text("token"));
        var theirs = await other.Workspace.NewGrantedClientAsync("web/production: list");

        await DeleteAsync(environment, isProject: true);

        time.Advance(TimeSpan.FromSeconds(1));
        (await unrestricted.GetAsync("/projects")).Is(200);
        (await theirs.GetAsync(other.SecretsPath)).Is(200);
        Assert.Empty(await other.Workspace.AuditAsync("action=access_key.revoke"));
    }

    private static async Task<JsonElement> KeyAsync(TestEnvironment environment, JsonElement key) =>
        Assert.Single((await environment.Api.GetAsync("/access-keys")).Is(200).Data.EnumerateArray(), listed => listed.Text("id") == key.Text("id"));

    private static async Task<Reply> DeleteAsync(TestEnvironment environment, bool isProject) => (await DeleteReplyAsync(environment, isProject)).Is(200);

    private static Task<Reply> DeleteReplyAsync(TestEnvironment environment, bool isProject) => environment.Api.DeleteAsync(
        (isProject ? "/projects/" + environment.ProjectId : "/environments/" + environment.Id) + "?force=true");
}
