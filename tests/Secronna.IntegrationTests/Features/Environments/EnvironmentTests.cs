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

        Assert.Equal("id,name,slug,createdAt", created.Names());
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
    public async Task A_rename_keeps_the_slug_and_a_taken_slug_is_a_conflict_in_its_project_only()
    {
        var place = await shared.NewPlaceAsync();

        var renamed = (await place.Api.PatchAsync($"/environments/{place.EnvironmentId}", """{"name":"Live"}""")).Is(200).Data;

        Assert.Equal("id,name,slug,createdAt", renamed.Names());
        Assert.Equal("Live", renamed.Text("name"));
        Assert.Equal("production", renamed.Text("slug"));
        (await place.Api.PostAsync($"/projects/{place.ProjectId}/environments", """{"name":"PRODUCTION"}""")).IsError(409, "CONFLICT");
        var project = await place.Workspace.NewProjectAsync("other");
        (await place.Api.PostAsync($"/projects/{project.Text("id")}/environments", """{"name":"production"}""")).Is(201);
    }

    [Fact]
    public async Task An_environment_with_secrets_is_deleted_by_force_alone_and_takes_all_below_with_it()
    {
        var place = await shared.NewPlaceAsync();
        var secret = await place.WriteAsync("KEY");
        (await place.Api.DeleteAsync($"/environments/{place.EnvironmentId}")).IsError(409, "CONFLICT");

        var deleted = (await place.Api.DeleteAsync($"/environments/{place.EnvironmentId}?force=true")).Is(200).Data;

        Assert.Equal($$"""{"id":"{{place.EnvironmentId}}","deleted":true}""", deleted.GetRawText());
        await Gone.AllBelowAsync(place, secret, withProject: false);
        (await place.Api.GetAsync($"/projects/{place.ProjectId}")).Is(200);
    }

    [Fact]
    public async Task An_environment_whose_secrets_were_all_deleted_counts_as_empty()
    {
        var place = await shared.NewPlaceAsync();
        (await place.Api.DeleteAsync("/secrets/" + await place.WriteAsync("KEY"))).Is(200);

        (await place.Api.DeleteAsync($"/environments/{place.EnvironmentId}")).Is(200);

        (await place.Api.DeleteAsync($"/projects/{place.ProjectId}")).Is(200);
    }

    [Fact]
    public async Task An_environment_deleted_by_force_leaves_the_tables_and_its_slug_is_free_again()
    {
        var place = await shared.NewPlaceAsync();
        await place.WriteAllAsync(Enumerable.Range(0, 20).Select(i => ($"KEY_{i}", "v")));

        (await place.Api.DeleteAsync($"/environments/{place.EnvironmentId}?force=true")).Is(200);

        (await place.Api.PostAsync($"/projects/{place.ProjectId}/environments", """{"name":"Production"}""")).Is(201);
        await Until.HoldsAsync(
            "the purge",
            () => place.Server.Count("SELECT count(*) FROM environments WHERE id = @e", ("@e", place.EnvironmentId)) == 0);
        Assert.Equal(0, place.Server.Count("SELECT count(*) FROM secrets WHERE environment_id = @e", ("@e", place.EnvironmentId)));
    }
}
