using Xunit;

namespace Secronna.IntegrationTests.Features.Search;

/// <summary>Search by a key with grants, through more environments than one page looks at.</summary>
public sealed class GrantSearchTests(SharedServer shared)
{
    private const int Environments = 50;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public async Task All_that_is_granted_is_found_once_however_much_is_around_it(int limit)
    {
        var workspace = await shared.NewWorkspaceAsync();
        var (expected, hidden) = (new List<string>(), new List<string>());
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
                (isSeen ? expected : hidden).Add(isSeen ? environment.PathOf("DB_URL") : id);
            }
        }

        var client = await workspace.NewGrantedClientAsync("*/seen-*/*_URL: reveal", "*/seen-*/D*: list", "*/hidden-*/DB_*: reveal write delete");

        var (items, positions, pages) = await client.PagesAsync("/search/secrets?q=url", limit);

        Assert.Equal(expected, items.Each("path"));
        Assert.DoesNotContain(positions, position =>
            position.Contains("HIDDEN", StringComparison.Ordinal) || hidden.Any(id => position.Contains(id, StringComparison.Ordinal)));
        // By the environments that it sees alone: it could count the others by its pages otherwise.
        Assert.InRange(pages, expected.Count / limit, (expected.Count / limit) + 3);
    }

    [Fact]
    public async Task A_page_goes_on_where_its_environment_or_project_was_deleted_or_its_grant_taken_away()
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
