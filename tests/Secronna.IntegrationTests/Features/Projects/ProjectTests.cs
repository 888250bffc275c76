using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Projects;

[DependsOnTransactions]
public sealed class ProjectTests(SharedServer shared)
{
    [Fact]
    public async Task A_project_is_created_and_found_by_id_and_slug()
    {
        var workspace = await shared.NewWorkspaceAsync();

        var created = (await workspace.Api.PostAsync("/projects", """{"name":"  My Web-Shop 2 "}""")).Is(201).Data;

        Assert.Equal("id,name,slug,createdAt,createdBy", created.Names());
        Assert.Matches("^proj_[0-9a-hjkmnp-tv-z]{26}$", created.Text("id"));
        Assert.Equal("My Web-Shop 2", created.Text("name"));
        Assert.Equal("my-web-shop-2", created.Text("slug"));
        Assert.Equal(workspace.ApiKeyId, created.Text("createdBy"));
        Assert.EndsWith("Z", created.Text("createdAt"), StringComparison.Ordinal);
        Assert.Equal(created.GetRawText(), (await workspace.Api.GetAsync("/projects/" + created.Text("id"))).Is(200).Data.GetRawText());
        Assert.Equal(created.GetRawText(), (await workspace.Api.GetAsync("/projects/by-slug/my-web-shop-2")).Is(200).Data.GetRawText());
    }

    [Fact]
    public async Task Projects_are_listed_only_in_their_workspace()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var other = await shared.NewWorkspaceAsync();
        var first = await workspace.NewProjectAsync("one");
        await other.NewProjectAsync("two");

        var list = (await workspace.Api.GetAsync("/projects")).Is(200);

        Assert.Equal(first.GetRawText(), Assert.Single(list.Data.EnumerateArray()).GetRawText());
        Assert.Equal("requestId,timestamp,cursor,hasMore", list.Meta.Names());
        Assert.True(list.Meta.IsNull("cursor"));
        Assert.False(list.Meta.GetProperty("hasMore").GetBoolean());
    }

    [Fact]
    public async Task A_rename_changes_the_name_and_keeps_the_slug()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var project = await workspace.NewProjectAsync("old name");

        var renamed = (await workspace.Api.PatchAsync("/projects/" + project.Text("id"), """{"name":"new"}""")).Is(200).Data;

        Assert.Equal("id,name,slug,createdAt,createdBy", renamed.Names());
        Assert.Equal("new", renamed.Text("name"));
        Assert.Equal("old-name", renamed.Text("slug"));
        Assert.Equal("new", (await workspace.Api.GetAsync("/projects/by-slug/old-name")).Is(200).Data.Text("name"));
    }

    [Fact]
    public async Task A_name_whose_slug_is_taken_is_a_conflict_only_in_its_workspace()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var other = await shared.NewWorkspaceAsync();
        await workspace.NewProjectAsync("a b");

        (await workspace.Api.PostAsync("/projects", """{"name":"A--B"}""")).IsError(409, "CONFLICT");
        (await other.Api.PostAsync("/projects", """{"name":"A--B"}""")).Is(201);
    }

    [Theory]
    [InlineData("—")]
    [InlineData("日本")]
    [InlineData("///")]
    public async Task A_name_without_a_character_for_the_slug_is_refused(string name)
    {
        var workspace = await shared.NewWorkspaceAsync();

        (await workspace.Api.PostAsync("/projects", $$"""{"name":"{{name}}"}""")).IsInvalid("name");
    }

    [Fact]
    public async Task A_project_with_secrets_is_deleted_only_by_force_and_with_everything_in_it()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var secret = await environment.WriteAsync("KEY");
        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}")).IsError(409, "CONFLICT");
        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}?force=false")).IsError(409, "CONFLICT");

        var deleted = (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}?force=true")).Is(200).Data;

        Assert.Equal($$"""{"id":"{{environment.ProjectId}}","deleted":true}""", deleted.GetRawText());
        await AssertDeleted.EnvironmentAsync(environment, secret, withProject: true);
        (await environment.Api.PostAsync("/projects", """{"name":"Web"}""")).Is(201);
    }

    [Fact]
    public async Task An_empty_project_is_deleted_without_force()
    {
        var environment = await shared.NewTestEnvironmentAsync();

        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}")).Is(200);

        (await environment.Api.GetAsync($"/projects/{environment.ProjectId}")).IsError(404, "NOT_FOUND");
        (await environment.Api.GetAsync($"/environments/{environment.Id}")).IsError(404, "NOT_FOUND");
        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}")).IsError(404, "NOT_FOUND");
    }

    [Fact]
    public async Task The_rows_of_a_deleted_project_are_purged_in_the_background()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Enumerable.Range(0, 60).Select(i => ($"KEY_{i}", "v")));
        var secret = await environment.WriteAsync("KEY_0", "again");

        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}?force=true")).Is(200);

        Assert.Equal(0, environment.Server.Count(
            "SELECT count(*) FROM project_keys WHERE project_id = @p AND wrapped_key IS NOT NULL", ("@p", environment.ProjectId)));
        await Until.HoldsAsync(
            "the project is purged",
            () => environment.Server.Count("SELECT count(*) FROM projects WHERE id = @p", ("@p", environment.ProjectId)) == 0);
        Assert.Equal(0, environment.Server.Count("SELECT count(*) FROM secret_versions WHERE secret_id = @s", ("@s", secret)));
        Assert.Equal(0, environment.Server.Count("SELECT count(*) FROM secrets WHERE project_id = @p", ("@p", environment.ProjectId)));
    }

    [Theory]
    [InlineData("force=yes")]
    [InlineData("force=")]
    [InlineData("force=1")]
    [InlineData("force=true&force=true")]
    public async Task The_parameter_force_is_true_or_false_and_given_once(string query)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}?{query}")).IsInvalid("force");
    }
}
