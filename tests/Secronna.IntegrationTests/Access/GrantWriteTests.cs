using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>An access key writes and deletes only what is granted to it (S23).</summary>
public sealed class GrantWriteTests(SharedServer shared)
{
    private const string NoEnvironment = "/environments/env_00000000000000000000000000/secrets";

    [Fact]
    public async Task A_granted_secret_can_be_written_whether_it_exists_or_not()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("DB_URL", "one");
        await environment.WriteAsync("TOKEN", "one");
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: write", "web/production/TOKEN: list reveal delete");
        Assert.Equal(2, (await PutAsync(client, environment.SecretsPath, "DB_URL")).Is(201).Data.Number("version"));
        Assert.Equal(1, (await PutAsync(client, environment.SecretsPath, "DB_NEW")).Is(201).Data.Number("version"));
        foreach (var key in new[] { "TOKEN", "NEW", "db_url" })
        {
            var refused = (await PutAsync(client, environment.SecretsPath, key)).IsError(403, "FORBIDDEN").StatusAndBody;
            // The answer must not depend on the version of a key outside the grants.
            Assert.Equal(refused, (await PutAsync(client, environment.SecretsPath, key, ""","expectedVersion":0""")).StatusAndBody);
            Assert.Equal(refused, (await PutAsync(client, environment.SecretsPath, key, ""","expectedVersion":1""")).StatusAndBody);
        }

        Assert.Equal(["DB_NEW", "DB_URL", "TOKEN"], (await environment.Api.GetAsync(environment.SecretsPath)).Data.Each("key"));
        Assert.Contains(
            "is another", (await PutAsync(client, environment.SecretsPath, "DB_URL", ""","expectedVersion":1""")).IsError(409, "CONFLICT").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"key":"DB_URL","value":"v"},{"key":"TOKEN","value":"v"}""")]
    [InlineData("""{"key":"TOKEN","value":"v"},{"key":"DB_URL","value":"v"}""")]
    [InlineData("""{"key":"DB_URL","value":"v"},{"key":"TOKEN","value":"v","expectedVersion":7}""")]
    [InlineData("""{"key":"DB_URL","value":"v","expectedVersion":7},{"key":"TOKEN","value":"v"}""")]
    [InlineData("""{"key":"DB_URL","value":"v"},{"key":"NEW","value":"v","expectedVersion":0}""")]
    public async Task A_batch_with_one_key_outside_the_grants_is_refused_as_a_whole(string secrets)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("DB_URL", "one"), ("TOKEN", "one")]);
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: list reveal write delete", "web/production/*: list reveal delete");
        var body = $$"""{"secrets":[{{secrets}}]}""";
        var absent = await client.PostAsync(NoEnvironment + "/batch", body);

        var reply = await client.PostAsync(environment.SecretsPath + "/batch", body);

        absent.IsError(404, "NOT_FOUND");
        Assert.Matches(
            @"^this needs the action write on web/production/(TOKEN|NEW); you have list, reveal and delete there$",
            reply.IsError(403, "FORBIDDEN").Message);
        Assert.Equal(["1", "1"], (await environment.Api.GetAsync(environment.SecretsPath)).Data.Each("currentVersion"));
        var entries = await environment.Workspace.AuditAsync("outcome=denied&action=secret.write");
        Assert.Equal([reply.RequestId, absent.RequestId], entries.Select(entry => entry.Text("requestId")));
        Assert.Equal("{}", entries[1].GetProperty("metadata").GetRawText());
        var metadata = entries[0].GetProperty("metadata");
        Assert.Equal(environment.Id, metadata.Text("environmentId"));
        Assert.Equal(
            secrets.Contains("TOKEN", StringComparison.Ordinal) ? ["DB_URL", "TOKEN"] : ["DB_URL"],
            metadata.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!));
    }

    [Fact]
    public async Task A_batch_within_the_grants_is_written_as_a_whole()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: write", "*/*/TOKEN: write");

        (await client.PostAsync(environment.SecretsPath + "/batch", """{"secrets":[{"key":"TOKEN","value":"v"},{"key":"DB_URL","value":"v"}]}""")).Is(201);

        Assert.Equal(["DB_URL", "TOKEN"], (await environment.Api.GetAsync(environment.SecretsPath)).Data.Each("key"));
    }

    [Fact]
    public async Task A_secret_is_deleted_only_where_that_is_granted()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var (inside, outside) = (await environment.WriteAsync("DB_URL"), await environment.WriteAsync("TOKEN"));
        var client = await environment.Workspace.NewGrantedClientAsync("web/production/DB_*: delete", "web: list reveal write");
        var absent = await client.DeleteAsync("/secrets/sec_00000000000000000000000000");

        absent.IsError(404, "NOT_FOUND");
        (await client.DeleteAsync("/secrets/" + outside)).IsError(403, "FORBIDDEN");
        (await client.DeleteAsync("/secrets/" + inside)).Is(200);

        Assert.Equal(["TOKEN"], (await environment.Api.GetAsync(environment.SecretsPath)).Data.Each("key"));
        Assert.Equal("a value", await environment.ValueAsync(outside));
        Assert.Equal(2, (await environment.Workspace.AuditAsync("outcome=denied&action=secret.delete")).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_repeat_of_a_write_is_refused_after_its_grant_was_removed(bool isBatch)
    {
        await using var server = await TestServer.StartAsync(time: TestClock.New());
        var environment = await server.NewTestEnvironmentAsync();
        var key = await environment.Workspace.NewGrantedKeyAsync("web/production/DB_*: write");
        var client = server.With(key.Text("token"));
        (await WriteOnceAsync(client, environment, isBatch)).Is(201);
        (await WriteOnceAsync(client, environment, isBatch)).Is(201);
        var grants = TestGrant.Json("web/production/DB_*: list reveal delete", "web/production/OTHER: write");
        (await environment.Api.PatchAsync("/access-keys/" + key.Text("id"), $$"""{"grants":{{grants}}}""")).Is(200);
        ((Microsoft.Extensions.Time.Testing.FakeTimeProvider)server.Time).Advance(TimeSpan.FromSeconds(1));

        var reply = await WriteOnceAsync(client, environment, isBatch);

        Assert.Equal((await PutAsync(client, environment.SecretsPath, "DB_URL")).StatusAndBody, reply.IsError(403, "FORBIDDEN").StatusAndBody);
        Assert.Equal(["1"], (await environment.Api.GetAsync(environment.SecretsPath)).Data.Each("currentVersion"));
    }

    private static Task<Reply> WriteOnceAsync(ApiClient client, TestEnvironment environment, bool isBatch)
    {
        const string Secret = """{"key":"DB_URL","value":"v"}""";
        return client.SendAsync(
            isBatch ? "POST" : "PUT", environment.SecretsPath + (isBatch ? "/batch" : ""), isBatch ? $$"""{"secrets":[{{Secret}}]}""" : Secret,
            ("Idempotency-Key", "once"));
    }

    private static Task<Reply> PutAsync(ApiClient client, string secrets, string key, string more = "") =>
        client.PutAsync(secrets, $$"""{"key":"{{key}}","value":"v"{{more}}}""");
}
