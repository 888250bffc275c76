using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>
/// Reveals of an environment by an access key with grants: their audit entries, revisions and answers for keys outside the
/// grants.
/// </summary>
public sealed class GrantRevealTests(SharedServer shared)
{
    [Fact]
    public async Task A_reveal_of_a_key_outside_the_grants_is_answered_like_one_of_an_absent_key()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("DB_URL", "one"), ("TOKEN", "two")]);
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal", "web/staging: list write delete");
        var urls = new[] { $"/environments/{environment.Id}/reveal", "/projects/by-slug/web/environments/production/reveal" };
        foreach (var url in urls)
        {
            Assert.Equal(["one"], (await client.PostAsync(url, """{"keys":["DB_URL"]}""")).Is(200).Data.GetProperty("secrets").Each("value"));
            var outside = (await client.PostAsync(url, """{"keys":["TOKEN","DB_URL"]}""")).IsError(404, "NOT_FOUND");
            var absent = (await client.PostAsync(url, """{"keys":["NOPES","DB_URL"]}""")).IsError(404, "NOT_FOUND");
            Assert.Equal(absent.StatusAndBody.Replace("NOPES", "TOKEN", StringComparison.Ordinal), outside.StatusAndBody);
            Assert.Equal(absent.Headers.Keys.Order(), outside.Headers.Keys.Order());
            Assert.DoesNotContain("DB_URL", outside.Text, StringComparison.Ordinal);
        }

        Assert.Equal(4, (await environment.Workspace.AuditAsync("outcome=denied")).Count);
        Assert.Equal(2, (await environment.Workspace.AuditAsync("outcome=success&action=secret.reveal")).Count);
    }

    [Fact]
    public async Task Only_the_revealed_values_are_recorded()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("DB_URL", "one"), ("DB_USER", "two"), ("TOKEN", "three")]);
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");

        (await client.PostAsync($"/environments/{environment.Id}/reveal")).Is(200);

        var entries = await environment.Workspace.AuditAsync("action=secret.reveal");
        Assert.Equal(["DB_URL", "DB_USER"], entries.Select(entry => entry.GetProperty("metadata").Text("key")).Order());
    }

    [Fact]
    public async Task A_revision_covers_only_the_granted_secrets()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("DB_URL", "one"), ("TOKEN", "two")]);
        var key = await environment.Workspace.NewGrantedKeyAsync("web/production/DB_*: reveal");
        var client = environment.Server.With(key.Text("token"));
        var tag = (await RevealAsync(client, environment, "")).Is(200).Header("ETag")!;
        Assert.NotEqual(tag, (await environment.RevealAllAsync()).Header("ETag"));
        // Callers that may reveal the same secrets have the same revision; callers that may reveal others have another one.
        Assert.Equal(tag, (await environment.RevealAllAsync("""{"keys":["DB_URL"]}""")).Header("ETag"));

        await environment.WriteAsync("TOKEN", "three");
        await environment.WriteAsync("NEW", "three");
        Assert.Equal(304, (await RevealAsync(client, environment, tag)).Status);

        await environment.WriteAsync("DB_NEW", "four");
        var changed = (await RevealAsync(client, environment, tag)).Is(200);
        Assert.NotEqual(tag, changed.Header("ETag"));
        Assert.Equal(["DB_NEW", "DB_URL"], changed.Data.GetProperty("secrets").Each("key"));
    }

    [Fact]
    public async Task A_known_revision_does_not_help_an_access_key_without_the_right_to_reveal()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("DB_URL", "one");
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: list write delete");
        var tag = (await environment.RevealAllAsync()).Header("ETag")!;

        var outside = await RevealAsync(client, environment, tag);

        outside.IsError(403, "FORBIDDEN");
    }

    [Fact]
    public async Task Secrets_outside_the_grants_do_not_count_towards_the_limits_of_a_reveal()
    {
        await using var server = await TestServer.StartAsync(settings =>
        {
            settings.Limits.RevealBytes = 1_000;
            settings.Limits.RevealsPerMinute = 2;
        });
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Enumerable.Range(0, 8).Select(i => ($"BIG_{i}", new string('x', 900))).Append(("DB_URL", "one")));
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");

        Assert.Equal(413, (await environment.RevealAllAsync()).Status);
        (await RevealAsync(client, environment, "")).Is(200);
        (await RevealAsync(client, environment, "")).Is(200);
        (await RevealAsync(client, environment, "")).IsError(429, "RATE_LIMITED");
    }

    [Fact]
    public async Task Denied_reveals_of_an_ungranted_and_of_an_absent_secret_are_recorded_and_name_only_what_exists()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("TOKEN");
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");

        var outside = await client.PostAsync($"/secrets/{id}/reveal");
        var absent = await client.PostAsync("/secrets/sec_00000000000000000000000000/reveal");

        Assert.Equal(absent.IsError(404, "NOT_FOUND").StatusAndBody, outside.StatusAndBody);
        var entries = await environment.Workspace.AuditAsync("outcome=denied");
        Assert.Equal([absent.RequestId, outside.RequestId], entries.Select(entry => entry.Text("requestId")));
        Assert.Equal("{}", entries[0].GetProperty("metadata").GetRawText());
        Assert.Equal((id, "TOKEN"), (entries[1].GetProperty("metadata").Text("secretId"), entries[1].GetProperty("metadata").Text("key")));
    }

    [Fact]
    public async Task A_denied_reveal_of_an_ungranted_path_names_the_secret_and_one_of_an_absent_path_the_environment()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("TOKEN");
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: reveal");

        foreach (var key in new[] { "TOKEN", "NOPE" })
        {
            (await client.PostAsync("/reveal", $$"""{"path":"web/production/{{key}}"}""")).IsError(404, "NOT_FOUND");
        }

        var metadata = (await environment.Workspace.AuditAsync("outcome=denied")).Select(entry => entry.GetProperty("metadata")).ToList();
        Assert.Equal(2, metadata.Count);
        Assert.Equal($$"""{"projectId":"{{environment.ProjectId}}","environmentId":"{{environment.Id}}"}""", metadata[0].GetRawText());
        Assert.Equal(id, metadata[1].Text("secretId"));
    }

    private static Task<Reply> RevealAsync(ApiClient client, TestEnvironment environment, string tag) => client.SendAsync(
        "POST", $"/environments/{environment.Id}/reveal", null, tag.Length == 0 ? [] : [("If-None-Match", tag)]);
}
