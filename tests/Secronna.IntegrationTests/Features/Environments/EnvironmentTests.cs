using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Environments;

[DependsOnTransactions]
public sealed class EnvironmentTests(SharedServer shared)
{
    [Fact]
    public async Task An_environment_is_created_listed_and_found_by_id_and_slugs()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var project = await workspace.NewProjectAsync("Web");

        var created = await workspace.NewEnvironmentAsync(project.Text("id"), "Blue / Green");

        Assert.Equal("id,name,slug,requireReason,createdAt", created.Names());
        Assert.Matches("^env_[0-9a-hjkmnp-tv-z]{26}$", created.Text("id"));
        Assert.Equal("blue-green", created.Text("slug"));
        Assert.Equal(created.GetRawText(), (await workspace.Api.GetAsync("/environments/" + created.Text("id"))).Is(200).Data.GetRawText());
        var list = (await workspace.Api.GetAsync($"/projects/{project.Text("id")}/environments")).Is(200);
        Assert.Equal(created.GetRawText(), Assert.Single(list.Data.EnumerateArray()).GetRawText());
        var found = (await workspace.Api.GetAsync("/projects/by-slug/web/environments/blue-green")).Is(200).Data;
        Assert.Equal(
            $$$"""{"project":{"id":"{{{project.Text("id")}}}","name":"Web","slug":"web"},"environment":{"id":"{{{created.Text("id")}}}","name":"Blue / Green","slug":"blue-green"}}""",
            found.GetRawText());
    }

    [Fact]
    public async Task A_rename_keeps_the_slug_and_a_taken_slug_is_a_conflict_only_in_its_project()
    {
        var environment = await shared.NewTestEnvironmentAsync();

        var renamed = (await environment.Api.PatchAsync($"/environments/{environment.Id}", """{"name":"Live"}""")).Is(200).Data;

        Assert.Equal("id,name,slug,requireReason,createdAt", renamed.Names());
        Assert.Equal("Live", renamed.Text("name"));
        Assert.Equal("production", renamed.Text("slug"));
        (await environment.Api.PostAsync($"/projects/{environment.ProjectId}/environments", """{"name":"PRODUCTION"}""")).IsError(409, "CONFLICT");
        var project = await environment.Workspace.NewProjectAsync("other");
        (await environment.Api.PostAsync($"/projects/{project.Text("id")}/environments", """{"name":"production"}""")).Is(201);
    }

    [Fact]
    public async Task An_environment_with_secrets_is_deleted_only_by_force_and_with_everything_in_it()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var secret = await environment.WriteAsync("KEY");
        (await environment.Api.DeleteAsync($"/environments/{environment.Id}")).IsError(409, "CONFLICT");

        var deleted = (await environment.Api.DeleteAsync($"/environments/{environment.Id}?force=true")).Is(200).Data;

        Assert.Equal($$"""{"id":"{{environment.Id}}","deleted":true}""", deleted.GetRawText());
        await AssertDeleted.EnvironmentAsync(environment, secret, withProject: false);
        (await environment.Api.GetAsync($"/projects/{environment.ProjectId}")).Is(200);
    }

    [Fact]
    public async Task An_environment_whose_secrets_were_all_deleted_counts_as_empty()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        (await environment.Api.DeleteAsync("/secrets/" + await environment.WriteAsync("KEY"))).Is(200);

        (await environment.Api.DeleteAsync($"/environments/{environment.Id}")).Is(200);

        (await environment.Api.DeleteAsync($"/projects/{environment.ProjectId}")).Is(200);
    }

    [Fact]
    public async Task An_environment_deleted_by_force_is_purged_and_its_slug_is_free_at_once()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Enumerable.Range(0, 20).Select(i => ($"KEY_{i}", "v")));

        (await environment.Api.DeleteAsync($"/environments/{environment.Id}?force=true")).Is(200);

        (await environment.Api.PostAsync($"/projects/{environment.ProjectId}/environments", """{"name":"Production"}""")).Is(201);
        await Until.HoldsAsync(
            "the environment is purged",
            () => environment.Server.Count("SELECT count(*) FROM environments WHERE id = @e", ("@e", environment.Id)) == 0);
        Assert.Equal(0, environment.Server.Count("SELECT count(*) FROM secrets WHERE environment_id = @e", ("@e", environment.Id)));
    }
}
