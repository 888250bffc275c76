using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>Writing, listing, finding and deleting secrets.</summary>
public sealed class SecretTests(SharedServer shared)
{
    [Fact]
    public async Task A_written_secret_is_found_by_id_and_path_without_its_value()
    {
        var environment = await shared.NewTestEnvironmentAsync();

        var written = (await environment.PutAsync("DATABASE_URL", "postgres://x", ""","expectedVersion":0,"comment":"first" """)).Is(201).Data;

        Assert.Equal("id,key,version", written.Names());
        Assert.Matches("^sec_[0-9a-hjkmnp-tv-z]{26}$", written.Text("id"));
        Assert.Equal("DATABASE_URL", written.Text("key"));
        Assert.Equal(1, written.Number("version"));
        var secret = (await environment.Api.GetAsync("/secrets/" + written.Text("id"))).Is(200).Data;
        Assert.Equal("id,key,currentVersion,createdAt,updatedAt,projectId,environmentId,path", secret.Names());
        Assert.Equal("web/production/DATABASE_URL", secret.Text("path"));
        Assert.Equal(environment.ProjectId, secret.Text("projectId"));
        Assert.Equal(environment.Id, secret.Text("environmentId"));
        var byPath = await environment.Api.GetAsync("/projects/by-slug/web/environments/production/secrets/DATABASE_URL");
        Assert.Equal(secret.GetRawText(), byPath.Is(200).Data.GetRawText());
    }

    [Fact]
    public async Task The_list_of_an_environment_has_the_current_versions_and_no_values()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "one");
        await environment.WriteAsync("KEY", "two");

        var list = (await environment.Api.GetAsync(environment.SecretsPath)).Is(200);

        var item = Assert.Single(list.Data.EnumerateArray());
        Assert.Equal("id,key,currentVersion,createdAt,updatedAt", item.Names());
        Assert.Equal(id, item.Text("id"));
        Assert.Equal(2, item.Number("currentVersion"));
        Assert.True(item.Time("updatedAt") > item.Time("createdAt"));
    }

    [Fact]
    public async Task Versions_have_their_author_time_and_comment()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "one");
        (await environment.PutAsync("KEY", "two", ""","comment":"rotated “by hand” " """)).Is(201);

        var versions = (await environment.Api.GetAsync($"/secrets/{id}/versions")).Is(200).Data;

        Assert.Equal(["2", "1"], versions.Each("version"));
        Assert.Equal("version,kind,createdAt,createdBy,comment,boxHash", versions[0].Names());
        Assert.Equal("written", versions[0].Text("kind"));
        Assert.Equal(environment.Workspace.ApiKeyId, versions[0].Text("createdBy"));
        Assert.Equal("rotated “by hand” ", versions[0].Text("comment"));
        Assert.True(versions[1].IsNull("comment"));
    }

    [Fact]
    public async Task A_batch_is_answered_in_its_order_and_has_one_instant_and_a_default_comment()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("B", "old");

        var written = (await environment.Api.PostAsync(environment.SecretsPath + "/batch", """
            {"secrets":[{"key":"Z","value":"1"},{"key":"A","value":"2","comment":"mine"},{"key":"B","value":"3","expectedVersion":1}],"comment":"all"}
            """)).Is(201).Data;

        Assert.Equal(["Z", "A", "B"], written.Each("key"));
        Assert.Equal(["1", "1", "2"], written.Each("version"));
        Assert.Equal("id,key,version", written[0].Names());
        var list = (await environment.Api.GetAsync(environment.SecretsPath)).Is(200).Data;
        Assert.Single(list.Each("updatedAt").Distinct());
        var comments = new List<string?>();
        foreach (var id in written.Each("id"))
        {
            comments.Add((await environment.Api.GetAsync($"/secrets/{id}/versions")).Is(200).Data[0].GetProperty("comment").GetString());
        }

        Assert.Equal(["all", "mine", "all"], comments);
    }

    [Fact]
    public async Task A_deleted_secret_is_not_found_and_its_values_are_destroyed()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "one");
        await environment.WriteAsync("KEY", "two");

        var deleted = (await environment.Api.DeleteAsync($"/secrets/{id}")).Is(200).Data;

        Assert.Equal($$"""{"id":"{{id}}","deleted":true}""", deleted.GetRawText());
        await AssertDeleted.SecretAsync(environment, id);
        Assert.Equal(0, environment.Server.Count(
            "SELECT count(*) FROM secret_versions WHERE secret_id = @s AND (ciphertext IS NOT NULL OR wrapped_data_key IS NOT NULL)",
            ("@s", id)));
        Assert.Equal(2, environment.Server.Count("SELECT count(*) FROM secret_versions WHERE secret_id = @s", ("@s", id)));
    }

    [Fact]
    public async Task A_key_written_again_after_its_deletion_is_a_new_secret_with_version_1()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var first = await environment.WriteAsync("KEY", "one");
        await environment.WriteAsync("KEY", "two");
        (await environment.Api.DeleteAsync($"/secrets/{first}")).Is(200);

        var second = (await environment.PutAsync("KEY", "three", ""","expectedVersion":0""")).Is(201).Data;

        Assert.NotEqual(first, second.Text("id"));
        Assert.Equal(1, second.Number("version"));
        Assert.Equal("three", await environment.ValueAsync(second.Text("id")));
        await AssertDeleted.SecretAsync(environment, first);
    }

    [Fact]
    public async Task Search_finds_parts_of_keys_and_paths_in_any_case()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("DATABASE_URL");
        await environment.WriteAsync("OTHER");

        var found = (await environment.Api.GetAsync("/search/secrets?q=base_u")).Is(200).Data;

        Assert.Equal(
            $$"""[{"id":"{{id}}","key":"DATABASE_URL","path":"web/production/DATABASE_URL","projectId":"{{environment.ProjectId}}","environmentId":"{{environment.Id}}"}]""",
            found.GetRawText());
        Assert.Equal(2, (await environment.Api.GetAsync("/search/secrets?q=PRODUCTION/")).Is(200).Data.GetArrayLength());
        Assert.Empty((await environment.Api.GetAsync("/search/secrets?q=%25")).Is(200).Data.EnumerateArray());
        (await environment.Api.GetAsync("/search/secrets")).IsInvalid("q");
        (await environment.Api.GetAsync("/search/secrets?q=")).IsInvalid("q");
    }
}
