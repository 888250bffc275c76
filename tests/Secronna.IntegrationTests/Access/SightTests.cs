using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// Who has another action on a thing is told which one is missing. Who has none is told that it is not there, with the same words
/// as for what does not exist (S23). The record names it in both cases (S19).
/// </summary>
public sealed class SightTests(SharedServer shared)
{
    [Fact]
    public async Task A_key_that_lists_an_environment_is_told_what_it_lacks_when_it_writes()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: list");
        var id = await environment.WriteAsync("DB_URL");

        var refused = await client.PutAsync(environment.SecretsPath, """{"key":"DB_URL","value":"v"}""");

        refused.IsError(403, "FORBIDDEN");
        Assert.Equal("this needs the action write on web/production/DB_URL; you have list there", refused.Message);
        var entry = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied"));
        Assert.Equal(("secret.write", id), (entry.Text("action"), entry.GetProperty("metadata").Text("secretId")));
    }

    [Theory]
    [InlineData("DB_NEW", "you have list there")]
    [InlineData("OTHER", "you have none there")]
    [InlineData("OTHER_NEW", "you have none there")]
    public async Task A_refused_write_does_not_tell_which_keys_exist(string key, string has)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("DB_URL", "v"), ("OTHER", "v")]);
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: list");

        var refused = await client.PutAsync(environment.SecretsPath, $$"""{"key":"{{key}}","value":"v"}""");

        Assert.Equal($"this needs the action write on web/production/{key}; {has}", refused.IsError(403, "FORBIDDEN").Message);
    }

    [Fact]
    public async Task A_refused_batch_names_the_keys_and_what_the_caller_has_on_each_and_its_entry_names_those_that_exist()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "v"), ("B", "v"), ("W", "v")]);
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/A: list reveal", "web/production/W: write");

        var refused = await client.PostAsync(
            environment.SecretsPath + "/batch",
            """{"secrets":[{"key":"B","value":"v"},{"key":"W","value":"v"},{"key":"A","value":"v"},{"key":"NEW","value":"v"}]}""");

        Assert.Equal(
            "this needs the action write in web/production on these keys: B (you have none), A (you have list and reveal), NEW (you have none)",
            refused.IsError(403, "FORBIDDEN").Message);
        var metadata = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied")).GetProperty("metadata");
        Assert.Equal(["A", "B", "W"], metadata.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!));
        Assert.Equal(environment.Id, metadata.Text("environmentId"));
    }

    [Theory]
    [InlineData("list", "POST /secrets/{id}/reveal", "this needs the action reveal on web/production/DB_URL; you have list there")]
    [InlineData("delete", "POST /secrets/{id}/reveal", "this needs the action reveal on this secret; you have delete there")]
    [InlineData("reveal", "GET /secrets/{id}", "this needs the action list on web/production/DB_URL; you have reveal there")]
    [InlineData("write", "GET /secrets/{id}/versions", "this needs the action list on this secret; you have write there")]
    [InlineData("list", "DELETE /secrets/{id}", "this needs the action delete on web/production/DB_URL; you have list there")]
    [InlineData("write list", "POST /secrets/{id}/rollback {\"version\":1}", "this needs the action reveal on web/production/DB_URL; you have list and write there")]
    [InlineData("list", "POST /secrets/{id}/rollback {\"version\":1}", "this needs the actions reveal and write on web/production/DB_URL; you have list there")]
    [InlineData("write", "POST /reveal {\"path\":\"web/production/DB_URL\"}", "this needs the action reveal on web/production/DB_URL; you have write there")]
    [InlineData("write", "POST /reveal {\"path\":\"web/production/DB_NONE\"}", "this needs the action reveal on web/production/DB_NONE; you have write there")]
    [InlineData("write", "GET /projects/by-slug/web/environments/production/secrets/DB_URL", "this needs the action list on web/production/DB_URL; you have write there")]
    [InlineData("write", "GET /projects/by-slug/web/environments/production/secrets/DB_NONE", "this needs the action list on web/production/DB_NONE; you have write there")]
    [InlineData("list", "POST /environments/{env}/reveal", "this needs the action reveal in web/production; you have list there")]
    [InlineData("list", "POST /projects/by-slug/web/environments/production/reveal", "this needs the action reveal in web/production; you have list there")]
    [InlineData("list", "POST /environments/{env}/compare {\"with\":\"{env}\"}", "this needs the action reveal in web/production; you have list there")]
    [InlineData("list reveal", "POST /environments/{env}/restore {\"at\":\"2020-01-01T00:00:00Z\"}", "this needs the action write in web/production; you have list and reveal there")]
    [InlineData("write reveal", "POST /environments/{env}/restore {\"at\":\"2020-01-01T00:00:00Z\",\"prune\":true}", "this needs the action delete in web/production; you have reveal and write there")]
    [InlineData("list", "DELETE /environments/{env}", "this needs the role admin or owner, or an API key; an access key can't do this")]
    [InlineData("list", "GET /projects/{project}/keys", "this needs the role admin or owner, or an API key; an access key can't do this")]
    [InlineData("list", "POST /projects/{project}/environments {\"name\":\"x\"}", "this needs the role admin or owner, or an API key; an access key can't do this")]
    public async Task Who_sees_a_thing_is_told_what_is_missing_and_who_does_not_sees_no_difference_to_absence(
        string actions, string request, string message)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("DB_URL");
        var seeing = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: " + actions);
        var blind = await environment.Workspace.NewGrantedClientAsync("elsewhere: list reveal write delete");
        Reply[] replies =
        [
            await SendAsync(seeing, request, environment.ProjectId, environment.Id, id),
            await SendAsync(blind, request, environment.ProjectId, environment.Id, id),
            await SendAsync(blind, request.Replace("/web", "/none", StringComparison.Ordinal).Replace("web/", "none/", StringComparison.Ordinal), "proj_none", "env_none", "sec_none"),
        ];

        Assert.Equal(message, replies[0].IsError(403, "FORBIDDEN").Message);
        Assert.Equal(replies[2].IsError(404, "NOT_FOUND").StatusAndBody, replies[1].StatusAndBody);
        foreach (var entry in (await environment.Workspace.AuditAsync("outcome=denied")).Where(entry => entry.Text("requestId") != replies[2].RequestId))
        {
            Assert.NotEqual("{}", entry.GetProperty("metadata").GetRawText());
        }
    }

    [Theory]
    [InlineData("""["DB_URL","OTHER"]""", 403, "this needs the action reveal on web/production/OTHER; you have list there")]
    [InlineData("""["DB_URL","OTHER_NONE"]""", 403, "this needs the action reveal on web/production/OTHER_NONE; you have list there")]
    [InlineData("""["DB_URL","HIDDEN"]""", 404, "keys not found: HIDDEN")]
    [InlineData("""["DB_URL","NONE"]""", 404, "keys not found: NONE")]
    public async Task Keys_of_a_reveal_are_refused_by_the_grants_alone(string keys, int status, string message)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("DB_URL", "v"), ("OTHER", "v"), ("HIDDEN", "v")]);
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal", "web/production/OTHER*: list");

        var refused = await client.PostAsync($"/environments/{environment.Id}/reveal", $$"""{"keys":{{keys}}}""");

        Assert.Equal((status, message), (refused.Status, refused.Message));
    }

    [Fact]
    public async Task The_entry_of_a_refused_reveal_names_a_hidden_key_that_was_asked_for()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("DB_URL", "v"), ("MASTER_PASSWORD", "v")]);
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");
        var made = Enumerable.Range(0, 600).Select(i => $"\"MADE_UP_{i}\"").Append("\"MASTER_PASSWORD\"");

        (await client.PostAsync($"/environments/{environment.Id}/reveal", $$"""{"keys":[{{string.Join(',', made)}}]}""")).IsError(404, "NOT_FOUND");

        var metadata = Assert.Single(await environment.Workspace.AuditAsync("outcome=denied")).GetProperty("metadata");
        Assert.Equal("""["MASTER_PASSWORD"]""", metadata.GetProperty("keys").GetRawText());
    }

    [Fact]
    public async Task A_refusal_by_role_or_limit_names_its_target()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RevealsPerMinute = 1);
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("DB_URL");
        (await environment.RevealAsync(id)).Is(200);
        (await environment.RevealAsync(id)).IsError(429, "RATE_LIMITED");
        var client = await environment.Workspace.NewGrantedClientAsync("web: list");
        (await client.DeleteAsync($"/environments/{environment.Id}")).IsError(403, "FORBIDDEN");
        (await client.DeleteAsync("/api-keys/" + environment.Workspace.ApiKeyId)).IsError(403, "FORBIDDEN");

        var denied = await environment.Workspace.AuditAsync("outcome=denied");

        Assert.Equal(environment.Workspace.ApiKeyId, denied[0].GetProperty("metadata").Text("targetId"));
        Assert.Equal(environment.Id, denied[1].GetProperty("metadata").Text("environmentId"));
        Assert.Equal(("secret.reveal", id), (denied[2].Text("action"), denied[2].GetProperty("metadata").Text("secretId")));
    }

    // A request is written as a method, a path and perhaps a body.
    private static Task<Reply> SendAsync(ApiClient client, string request, string project, string environment, string secret)
    {
        var parts = request.Replace("{project}", project, StringComparison.Ordinal).Replace("{env}", environment, StringComparison.Ordinal).Replace("{id}", secret, StringComparison.Ordinal).Split(' ', 3);
        return client.SendAsync(parts[0], parts[1], parts.ElementAtOrDefault(2));
    }
}
