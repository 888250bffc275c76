using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>Reveals of one secret, by id and by path, and of whole environments.</summary>
[DependsOnTransactions]
public sealed class RevealTests(SharedServer shared)
{
    [Fact]
    public async Task A_reveal_gives_the_current_version_or_the_one_asked_for()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "one");
        await environment.WriteAsync("KEY", "two");
        await environment.WriteAsync("KEY", "three");

        Assert.Equal("""{"key":"KEY","version":3,"value":"three"}""", (await environment.RevealAsync(id)).Is(200).Data.GetRawText());
        Assert.Equal("""{"key":"KEY","version":1,"value":"one"}""", (await environment.RevealAsync(id, 1)).Is(200).Data.GetRawText());
        Assert.Equal("two", await environment.ValueAsync(id, 2));
        (await environment.RevealAsync(id, 4)).IsError(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("version=0")]
    [InlineData("version=-1")]
    [InlineData("version=")]
    [InlineData("version=1.0")]
    [InlineData("version=%201")]
    [InlineData("version=2147483648")]
    [InlineData("version=1&version=1")]
    public async Task A_malformed_version_is_refused(string query)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");

        (await environment.Api.PostAsync($"/secrets/{id}/reveal?{query}")).IsInvalid("version");
    }

    [Fact]
    public async Task A_reveal_by_path_also_returns_the_path()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("KEY", "one");
        await environment.WriteAsync("KEY", "two");
        var path = environment.PathOf("KEY");

        Assert.Equal(
            """{"path":"web/production/KEY","key":"KEY","version":2,"value":"two"}""",
            (await environment.Api.PostAsync("/reveal", $$"""{"path":"{{path}}"}""")).Is(200).Data.GetRawText());
        Assert.Equal(
            """{"path":"web/production/KEY","key":"KEY","version":1,"value":"one"}""",
            (await environment.Api.PostAsync("/reveal", $$"""{"version":1,"path":"{{path}}"}""")).Is(200).Data.GetRawText());
        (await environment.Api.PostAsync("/reveal", $$"""{"path":"{{path}}","version":3}""")).IsError(404, "NOT_FOUND");
        (await environment.Api.PostAsync("/reveal", """{"path":"web/production/key"}""")).IsError(404, "NOT_FOUND");
        (await environment.Api.PostAsync("/reveal", """{"path":"web/KEY"}""")).IsInvalid("path");
        (await environment.Api.PostAsync("/reveal", """{"path":"web/production/KEY/more"}""")).IsInvalid("path");
        (await environment.Api.PostAsync("/reveal", """{"version":1}""")).IsInvalid("path");
    }

    [Fact]
    public async Task An_environment_is_revealed_by_id_and_by_slugs_ordered_by_the_bytes_of_the_keys()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("b", "1"), ("B", "2"), ("_a", "3"), ("A1", "4"), ("A_", "5")]);
        await environment.WriteAsync("B", "22");

        var reply = (await environment.RevealAllAsync()).Is(200);

        Assert.Equal("revision,secrets,unrecoverable", reply.Data.Names());
        Assert.Equal(["A1", "A_", "B", "_a", "b"], reply.Data.GetProperty("secrets").Each("key"));
        Assert.Equal(["4", "5", "22", "3", "1"], reply.Data.GetProperty("secrets").Each("value"));
        Assert.Equal("id,key,version,value", reply.Data.GetProperty("secrets")[0].Names());
        Assert.Equal("[]", reply.Data.GetProperty("unrecoverable").GetRawText());
        Assert.Equal($"\"{reply.Data.Text("revision")}\"", reply.Header("ETag"));
        var bySlugs = (await environment.Api.PostAsync("/projects/by-slug/web/environments/production/reveal", "{}")).Is(200);
        Assert.Equal(reply.Data.GetRawText(), bySlugs.Data.GetRawText());
        Assert.Equal(reply.Header("ETag"), bySlugs.Header("ETag"));
    }

    [Fact]
    public async Task Chosen_keys_of_an_environment_are_revealed_and_absent_ones_are_named()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "1"), ("B", "2"), ("C", "3")]);

        var some = (await environment.RevealAllAsync("""{"keys":["C","A"]}""")).Is(200).Data.GetProperty("secrets");

        Assert.Equal(["A", "C"], some.Each("key"));
        var missing = (await environment.RevealAllAsync("""{"keys":["A","NOPE","C","NEITHER"]}""")).IsError(404, "NOT_FOUND");
        Assert.Contains("NOPE", missing.Message, StringComparison.Ordinal);
        Assert.Contains("NEITHER", missing.Message, StringComparison.Ordinal);
        (await environment.RevealAllAsync("""{"keys":["A","A"]}""")).IsInvalid("keys[1]");
        (await environment.RevealAllAsync("""{"keys":["no-key"]}""")).IsInvalid("keys[0]");
        (await environment.RevealAllAsync("""{"keys":"A"}""")).IsInvalid("keys");
    }

    [Fact]
    public async Task An_environment_without_secrets_reveals_none()
    {
        var environment = await shared.NewTestEnvironmentAsync();

        var data = (await environment.RevealAllAsync()).Is(200).Data;

        Assert.Empty(data.GetProperty("secrets").EnumerateArray());
        Assert.NotEmpty(data.Text("revision"));
    }

    [Fact]
    public async Task Values_can_be_revealed_after_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY", "kept");

        await server.RestartAsync();

        Assert.Equal("kept", await environment.ValueAsync(id));
    }
}
