using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>
/// The ETag of an environment's reveal. An unchanged answer is a 304, opens no value and causes no audit entry.
/// </summary>
public sealed class EtagTests(SharedServer shared)
{
    [Fact]
    public async Task An_unchanged_environment_is_304_for_its_ETag_in_every_form_of_If_None_Match()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "1"), ("B", "2")]);
        var tag = (await environment.RevealAllAsync()).Is(200).Header("ETag")!;
        Assert.Matches("^\"[A-Za-z0-9_-]{43}\"$", tag);
        var audit = (await environment.Workspace.AuditAsync()).Count;

        foreach (var known in new[] { tag, "W/" + tag, "*", $"\"x\", W/\"y\", {tag}", $"{tag},\"z\"" })
        {
            Assert.Equal(tag, (await environment.RevealAllAsync(null, known)).Is(304).Header("ETag"));
            (await environment.Api.SendAsync("POST", "/projects/by-slug/web/environments/production/reveal", null, ("If-None-Match", known))).Is(304);
        }

        Assert.Equal(audit, (await environment.Workspace.AuditAsync()).Count);
        foreach (var unknown in new[] { "\"x\"", tag.Trim('"'), tag[..^2] + "\"", "" })
        {
            Assert.True((await environment.RevealAllAsync(null, unknown)).Status == 200, unknown);
        }
    }

    [Fact]
    public async Task A_304_opens_no_value()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");
        var tag = (await environment.RevealAllAsync()).Is(200).Header("ETag");

        await server.RestartAsync();

        (await environment.RevealAllAsync(null, tag)).Is(304);
        Assert.Equal(0, server.Services.GetRequiredService<KeyRing>().Count);
        Assert.Equal(tag, (await environment.RevealAllAsync()).Is(200).Header("ETag"));
        Assert.Equal(1, server.Services.GetRequiredService<KeyRing>().Count);
    }

    [Fact]
    public async Task The_ETag_changes_with_each_write_and_deletion_and_never_repeats()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var tags = new List<string> { await TagAsync(environment) };
        var id = await environment.WriteAsync("A", "1");
        tags.Add(await TagAsync(environment));
        await environment.WriteAsync("A", "1");
        tags.Add(await TagAsync(environment));
        await environment.WriteAsync("B", "1");
        tags.Add(await TagAsync(environment));
        (await environment.Api.DeleteAsync("/secrets/" + id)).Is(200);
        tags.Add(await TagAsync(environment));
        await environment.WriteAsync("A", "1");
        tags.Add(await TagAsync(environment));

        Assert.Equal(tags.Count, tags.Distinct().Count());
        (await environment.RevealAllAsync(null, tags[2])).Is(200);
        Assert.Equal(tags[^1], await TagAsync(environment));
    }

    [Fact]
    public async Task The_ETag_covers_exactly_what_the_reveal_would_return()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "1"), ("B", "2")]);
        var all = await TagAsync(environment);
        var a = await TagAsync(environment, """{"keys":["A"]}""");

        Assert.NotEqual(all, a);
        Assert.NotEqual(a, await TagAsync(environment, """{"keys":["B"]}"""));
        Assert.Equal(all, await TagAsync(environment, """{"keys":["B","A"]}"""));
        await environment.WriteAsync("B", "3");
        (await environment.RevealAllAsync("""{"keys":["A"]}""", a)).Is(304);
        (await environment.RevealAllAsync(null, all)).Is(200);
        var other = await environment.Workspace.NewTestEnvironmentAsync("Other");
        Assert.NotEqual(await TagAsync(await environment.Workspace.NewTestEnvironmentAsync("Third")), await TagAsync(other));
    }

    [Fact]
    public async Task A_caller_that_may_not_reveal_does_not_learn_whether_an_ETag_is_current()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var other = await shared.NewWorkspaceAsync();
        await environment.WriteAsync("A");
        var tag = await TagAsync(environment);

        (await other.Api.SendAsync("POST", $"/environments/{environment.Id}/reveal", null, ("If-None-Match", tag))).IsError(404, "NOT_FOUND");
        (await other.Api.SendAsync("POST", $"/environments/{environment.Id}/reveal", null, ("If-None-Match", "*"))).IsError(404, "NOT_FOUND");
    }

    private static async Task<string> TagAsync(TestEnvironment environment, string? body = null) =>
        (await environment.RevealAllAsync(body)).Is(200).Header("ETag")!;
}
