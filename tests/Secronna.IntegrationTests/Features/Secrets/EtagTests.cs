using Microsoft.Extensions.DependencyInjection;
using Secronna.Crypto;
using Xunit;

namespace Secronna.IntegrationTests.Features.Secrets;

/// <summary>The ETag of an environment's reveal: an unchanged answer is 304, opens nothing and records nothing.</summary>
public sealed class EtagTests(SharedServer shared)
{
    [Fact]
    public async Task An_unchanged_environment_is_304_for_its_tag_in_a_list_weak_or_any()
    {
        var place = await shared.NewPlaceAsync();
        await place.WriteAllAsync([("A", "1"), ("B", "2")]);
        var tag = (await place.RevealAllAsync()).Is(200).Header("ETag")!;
        Assert.Matches("^\"[A-Za-z0-9_-]{43}\"$", tag);
        var audit = (await place.Workspace.AuditAsync()).Count;

        foreach (var known in new[] { tag, "W/" + tag, "*", $"\"x\", W/\"y\", {tag}", $"{tag},\"z\"" })
        {
            Assert.Equal(tag, (await place.RevealAllAsync(null, known)).Is(304).Header("ETag"));
            (await place.Api.SendAsync("POST", "/projects/by-slug/web/environments/production/reveal", null, ("If-None-Match", known))).Is(304);
        }

        Assert.Equal(audit, (await place.Workspace.AuditAsync()).Count);
        foreach (var unknown in new[] { "\"x\"", tag.Trim('"'), tag[..^2] + "\"", "" })
        {
            Assert.True((await place.RevealAllAsync(null, unknown)).Status == 200, unknown);
        }
    }

    [Fact]
    public async Task A_304_opens_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var place = await server.NewPlaceAsync();
        await place.WriteAsync("A");
        var tag = (await place.RevealAllAsync()).Is(200).Header("ETag");

        await server.RestartAsync();

        (await place.RevealAllAsync(null, tag)).Is(304);
        Assert.Equal(0, server.Services.GetRequiredService<KeyRing>().Count);
        Assert.Equal(tag, (await place.RevealAllAsync()).Is(200).Header("ETag"));
        Assert.Equal(1, server.Services.GetRequiredService<KeyRing>().Count);
    }

    [Fact]
    public async Task It_changes_with_each_write_and_each_deletion_and_never_comes_back()
    {
        var place = await shared.NewPlaceAsync();
        var tags = new List<string> { await TagAsync(place) };
        var id = await place.WriteAsync("A", "1");
        tags.Add(await TagAsync(place));
        await place.WriteAsync("A", "1");
        tags.Add(await TagAsync(place));
        await place.WriteAsync("B", "1");
        tags.Add(await TagAsync(place));
        (await place.Api.DeleteAsync("/secrets/" + id)).Is(200);
        tags.Add(await TagAsync(place));
        await place.WriteAsync("A", "1");
        tags.Add(await TagAsync(place));

        Assert.Equal(tags.Count, tags.Distinct().Count());
        (await place.RevealAllAsync(null, tags[2])).Is(200);
        Assert.Equal(tags[^1], await TagAsync(place));
    }

    [Fact]
    public async Task It_is_of_what_would_be_returned()
    {
        var place = await shared.NewPlaceAsync();
        await place.WriteAllAsync([("A", "1"), ("B", "2")]);
        var all = await TagAsync(place);
        var a = await TagAsync(place, """{"keys":["A"]}""");

        Assert.NotEqual(all, a);
        Assert.NotEqual(a, await TagAsync(place, """{"keys":["B"]}"""));
        Assert.Equal(all, await TagAsync(place, """{"keys":["B","A"]}"""));
        await place.WriteAsync("B", "3");
        (await place.RevealAllAsync("""{"keys":["A"]}""", a)).Is(304);
        (await place.RevealAllAsync(null, all)).Is(200);
        var other = await place.Workspace.NewPlaceAsync("Other");
        Assert.NotEqual(await TagAsync(await place.Workspace.NewPlaceAsync("Third")), await TagAsync(other));
    }

    [Fact]
    public async Task Who_may_not_reveal_does_not_learn_it()
    {
        var place = await shared.NewPlaceAsync();
        var other = await shared.NewWorkspaceAsync();
        await place.WriteAsync("A");
        var tag = await TagAsync(place);

        (await other.Api.SendAsync("POST", $"/environments/{place.EnvironmentId}/reveal", null, ("If-None-Match", tag))).IsError(404, "NOT_FOUND");
        (await other.Api.SendAsync("POST", $"/environments/{place.EnvironmentId}/reveal", null, ("If-None-Match", "*"))).IsError(404, "NOT_FOUND");
    }

    private static async Task<string> TagAsync(Place place, string? body = null) =>
        (await place.RevealAllAsync(body)).Is(200).Header("ETag")!;
}
