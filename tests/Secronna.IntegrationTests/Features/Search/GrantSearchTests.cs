using Xunit;

namespace Secronna.IntegrationTests.Features.Search;

/// <summary>Searches with an access key that has grants, over more environments than one page covers.</summary>
public sealed class GrantSearchTests(SharedServer shared)
{
    private const int Environments = 50;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public async Task A_search_finds_each_granted_secret_once_however_many_others_there_are(int limit)
    {
        var workspace = await shared.NewWorkspaceAsync();
        var (granted, hidden) = (new List<TestEnvironment>(), new List<string>());
        foreach (var project in new[] { "one", "two" })
        {
            var projectId = (await workspace.NewProjectAsync(project)).Text("id");
            for (var i = 0; i < Environments; i++)
            {
                var isSeen = i % 2 == 0;
                var slug = (isSeen ? "seen-" : "hidden-") + i;
                var id = (await workspace.NewEnvironmentAsync(projectId, slug)).Text("id");
                var environment = new TestEnvironment(workspace, projectId, project, id, slug);
                await environment.WriteAllAsync([("DB_URL", "v"), ("HIDDEN_URL", "v"), ("TOKEN", "v")]);
                if (isSeen)
                {
                    granted.Add(environment);
                }
                else
                {
                    hidden.Add(id);
                }
            }
        }

        // A search is in the order of ids, and ids of one millisecond are in random order.
        var expected = granted.OrderBy(environment => environment.ProjectId, StringComparer.Ordinal)
            .ThenBy(environment => environment.Id, StringComparer.Ordinal).Select(environment => environment.PathOf("DB_URL")).ToList();

        var client = await workspace.NewGrantedClientAsync("*/seen-*/*_URL: reveal", "*/seen-*/D*: list", "*/hidden-*/DB_*: reveal write delete");

        var (items, positions, pages) = await client.PagesAsync("/search/secrets?q=url", limit);

        Assert.Equal(expected, items.Each("path"));
        Assert.DoesNotContain(positions, position =>
            position.Contains("HIDDEN", StringComparison.Ordinal) || hidden.Any(id => position.Contains(id, StringComparison.Ordinal)));
        // The number of pages must follow from visible environments alone. Otherwise the caller could count the others.
        Assert.InRange(pages, expected.Count / limit, (expected.Count / limit) + 3);
    }

    [Fact]
    public async Task A_search_continues_when_the_environment_of_its_cursor_is_deleted_or_no_longer_granted()
    {
        await using var server = await TestServer.StartAsync(time: TestClock.New());
        var workspace = await server.NewWorkspaceAsync();
        var environments = new List<TestEnvironment>();
        foreach (var project in new[] { "one", "two", "three" })
        {
            Advance(server);
            var environment = await workspace.NewTestEnvironmentAsync(project);
            await environment.WriteAllAsync([("DB_URL", "v"), ("DB_USER", "v")]);
            environments.Add(environment);
        }

        var key = await workspace.NewGrantedKeyAsync("*: list");
        var client = server.With(key.Text("token"));
        var first = (await client.GetAsync("/search/secrets?q=DB&limit=1")).Is(200);
        Assert.Equal(["one/production/DB_URL"], first.Data.Each("path"));
        var next = "/search/secrets?q=DB&cursor=" + first.Meta.Text("cursor");

        (await workspace.Api.PatchAsync("/access-keys/" + key.Text("id"), $$"""{"grants":{{TestGrant.Json("two: list", "three/production/DB_U*: list")}}}""")).Is(200);
        Advance(server);
        Assert.Equal(
            ["two/production/DB_URL", "two/production/DB_USER", "three/production/DB_URL", "three/production/DB_USER"],
            (await client.GetAsync(next)).Is(200).Data.Each("path"));
        (await workspace.Api.DeleteAsync($"/environments/{environments[0].Id}?force=true")).Is(200);
        Assert.Equal(4, (await client.GetAsync(next)).Is(200).Data.GetArrayLength());
        (await workspace.Api.DeleteAsync($"/projects/{environments[0].ProjectId}?force=true")).Is(200);
        Assert.Equal(4, (await client.GetAsync(next)).Is(200).Data.GetArrayLength());
    }

    private static void Advance(TestServer server) =>
        ((Microsoft.Extensions.Time.Testing.FakeTimeProvider)server.Time).Advance(TimeSpan.FromSeconds(1));
}
