using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>An access key sees and reveals what is granted to it. Everything else looks absent (S23).</summary>
public sealed class GrantSightTests(SharedServer shared)
{
    private const string NoSecret = "sec_00000000000000000000000000";

    // All tests share one tree, since none changes it. Another workspace with the same slugs exists beside it.
    private static Task<WorkspaceTree>? tree;

    public static TheoryData<string> GrantSets =>
    [
        "web: list reveal write delete",
        "web/production/DB_*: reveal",
        "web/production/DB_*: list reveal",
        "*/production/*: list reveal",
        "w*b/prod*/*_URL: list reveal",
        "*/*/TOKEN: list; web/prod*: reveal; zoo: write",
        "api/staging/API_URL: delete",
        "web/production/NOT_THERE: list reveal",
        "not-there: list reveal",
        "zoo/production/DB_URL: list; zoo/production/DB_USER: list reveal",
    ];

    [Theory]
    [MemberData(nameof(GrantSets))]
    public async Task Lists_show_only_what_is_granted_and_pages_and_cursors_tell_nothing_else(string set)
    {
        var (tree, client, grants) = await NewAsync(set);
        var projects = WorkspaceTree.ReachedPaths(tree.Projects.Keys, grants);
        Assert.Equal(projects, (await PagesAsync(client, tree, "/projects")).Each("slug"));
        foreach (var project in projects)
        {
            var environments = WorkspaceTree.ReachedPaths(Environments(tree, project), grants);
            var list = await PagesAsync(client, tree, $"/projects/{tree.Projects[project]}/environments");
            Assert.Equal(environments, list.Select(item => $"{project}/{item.Text("slug")}"));
            foreach (var path in environments)
            {
                var environment = tree.Environments[path];
                var secrets = WorkspaceTree.ReachedPaths(Secrets(tree, path), grants, "list");
                Assert.Equal(secrets, (await PagesAsync(client, tree, environment.SecretsPath)).Select(item => environment.PathOf(item.Text("key"))));
            }
        }
    }

    [Theory]
    [MemberData(nameof(GrantSets))]
    public async Task Search_finds_only_what_is_granted_and_pages_and_cursors_tell_nothing_else(string set)
    {
        var (tree, client, grants) = await NewAsync(set);
        foreach (var text in new[] { "/", "_url", "web/prod", "TOKEN", "nowhere" })
        {
            var secrets = WorkspaceTree.ReachedPaths(tree.Secrets.Keys, grants, "list").Where(path => path.Contains(text, StringComparison.OrdinalIgnoreCase)).ToArray();
            foreach (var limit in new[] { 1, 2, 500 })
            {
                var (items, positions, _) = await client.PagesAsync("/search/secrets?q=" + Uri.EscapeDataString(text), limit);
                Assert.Equal(secrets, items.Each("path"));
                Assert.Equal(secrets.Select(path => tree.Secrets[path]), items.Each("id"));
                Assert.All(positions, position => TellsNothing(tree, position));
            }
        }
    }

    [Theory]
    [MemberData(nameof(GrantSets))]
    public async Task Things_outside_the_grants_look_absent_by_id_and_by_slugs(string set)
    {
        var (tree, client, grants) = await NewAsync(set);
        foreach (var (slug, id) in tree.Projects)
        {
            var isSeen = WorkspaceTree.ReachedPaths([slug], grants).Length > 0;
            await CheckSeenAsync(client, isSeen, $"/projects/{id}", "/projects/proj_00000000000000000000000000");
            await CheckSeenAsync(client, isSeen, $"/projects/by-slug/{slug}", "/projects/by-slug/nobodys");
            await CheckSeenAsync(client, isSeen, $"/projects/{id}/environments", "/projects/proj_00000000000000000000000000/environments");
        }

        foreach (var (path, environment) in tree.Environments)
        {
            var isSeen = WorkspaceTree.ReachedPaths([path], grants).Length > 0;
            await CheckSeenAsync(client, isSeen, $"/environments/{environment.Id}", "/environments/env_00000000000000000000000000");
            await CheckSeenAsync(client, isSeen, environment.SecretsPath, "/environments/env_00000000000000000000000000/secrets");
            await CheckSeenAsync(
                client, isSeen, $"/projects/by-slug/{environment.ProjectSlug}/environments/{environment.Slug}",
                $"/projects/by-slug/{environment.ProjectSlug}/environments/nobodys");
        }

        foreach (var (path, id) in tree.Secrets)
        {
            var isSeen = WorkspaceTree.ReachedPaths([path], grants, "list").Length > 0;
            if (!isSeen && WorkspaceTree.ReachedPaths([path], grants).Length > 0)
            {
                (await client.GetAsync($"/secrets/{id}")).IsError(403, "FORBIDDEN");
                (await client.GetAsync($"/secrets/{id}/versions")).IsError(403, "FORBIDDEN");
                (await client.GetAsync(PathBySlugs(path))).IsError(403, "FORBIDDEN");
                continue;
            }

            await CheckSeenAsync(client, isSeen, $"/secrets/{id}", $"/secrets/{NoSecret}");
            await CheckSeenAsync(client, isSeen, $"/secrets/{id}/versions", $"/secrets/{NoSecret}/versions");
            await CheckSeenAsync(client, isSeen, PathBySlugs(path), PathBySlugs(path) + "_NOT");
        }
    }

    [Theory]
    [MemberData(nameof(GrantSets))]
    public async Task Values_are_revealed_by_every_route_exactly_where_that_is_granted(string set)
    {
        var (tree, client, grants) = await NewAsync(set);
        var absent = (await client.PostAsync($"/secrets/{NoSecret}/reveal")).IsError(404, "NOT_FOUND").StatusAndBody;
        var noVersion = absent.Replace("secret not found", "version not found", StringComparison.Ordinal);
        foreach (var (path, id) in tree.Secrets)
        {
            var isGranted = WorkspaceTree.ReachedPaths([path], grants, "reveal").Length > 0;
            Reply[] replies =
            [
                await client.PostAsync($"/secrets/{id}/reveal"),
                await client.PostAsync($"/secrets/{id}/reveal?version=1"),
                await client.PostAsync("/reveal", $$"""{"path":"{{path}}"}"""),
                await client.PostAsync("/reveal", $$"""{"path":"{{path}}","version":1}"""),
            ];
            var noSuch = await client.PostAsync($"/secrets/{id}/reveal?version=2");
            if (!isGranted && WorkspaceTree.ReachedPaths([path], grants).Length > 0)
            {
                Assert.All(replies.Append(noSuch), reply => reply.IsError(403, "FORBIDDEN"));
                continue;
            }

            Assert.All(replies, reply => Assert.Equal(isGranted ? WorkspaceTree.ValueOf(path) : absent, isGranted ? reply.Data.Text("value") : reply.StatusAndBody));
            Assert.Equal(isGranted ? noVersion : absent, noSuch.StatusAndBody);
        }

        foreach (var (path, environment) in tree.Environments)
        {
            var keys = WorkspaceTree.ReachedPaths(Secrets(tree, path), grants, "reveal");
            var isSeen = WorkspaceTree.ReachedPaths([path], grants, "reveal").Length > 0;
            foreach (var url in new[] { $"/environments/{environment.Id}/reveal", $"/projects/by-slug/{path.Replace("/", "/environments/", StringComparison.Ordinal)}/reveal" })
            {
                var reply = await client.PostAsync(url);
                Assert.Equal(isSeen ? 200 : WorkspaceTree.ReachedPaths([path], grants).Length > 0 ? 403 : 404, reply.Status);
                if (isSeen)
                {
                    Assert.Equal(keys.Select(WorkspaceTree.ValueOf), reply.Data.GetProperty("secrets").Each("value"));
                    Assert.Equal(0, reply.Data.GetProperty("unrecoverable").GetArrayLength());
                }
                else if (reply.Status == 404)
                {
                    Assert.Equal((await client.PostAsync("/environments/env_00000000000000000000000000/reveal")).StatusAndBody, reply.StatusAndBody);
                }
            }
        }
    }

    private async Task<(WorkspaceTree WorkspaceTree, ApiClient Client, TestGrant[] Grants)> NewAsync(string set)
    {
        var whole = await (tree ??= CreateAsync());
        return (whole, await whole.Workspace.NewGrantedClientAsync(set.Split("; ")), TestGrant.Parse(set.Split("; ")));
    }

    private async Task<WorkspaceTree> CreateAsync()
    {
        await WorkspaceTree.CreateAsync(await shared.NewWorkspaceAsync());
        return await WorkspaceTree.CreateAsync(await shared.NewWorkspaceAsync());
    }

    /// <summary>
    /// Reads a list with several page sizes. The items must be equal, the number of pages must follow from the visible items
    /// alone, and cursors must tell nothing.
    /// </summary>
    private static async Task<List<JsonElement>> PagesAsync(ApiClient client, WorkspaceTree tree, string path)
    {
        var all = (await client.PagesAsync(path, 500)).Items;
        foreach (var limit in new[] { 1, 2 })
        {
            var (items, positions, pages) = await client.PagesAsync(path, limit);
            Assert.Equal(all.Select(item => item.GetRawText()), items.Select(item => item.GetRawText()));
            Assert.Equal(Math.Max(1, (all.Count + limit - 1) / limit), pages);
            Assert.All(positions, position => TellsNothing(tree, position));
        }

        return all;
    }

    // A cursor has the same length wherever it stands, and no readable id or key.
    private static void TellsNothing(WorkspaceTree tree, string cursor)
    {
        Assert.Equal(352, cursor.Length);
        Assert.DoesNotContain(
            tree.Projects.Values.Concat(tree.Environments.Values.Select(environment => environment.Id)).Concat(tree.Secrets.Keys.Select(KeyOf)),
            name => cursor.Contains(name, StringComparison.Ordinal));
    }

    private static async Task CheckSeenAsync(ApiClient client, bool isSeen, string path, string absent)
    {
        var reply = await client.GetAsync(path);
        Assert.True(reply.Status == (isSeen ? 200 : 404), $"{path}: {reply.Status}");
        if (!isSeen)
        {
            Assert.Equal((await client.GetAsync(absent)).IsError(404, "NOT_FOUND").StatusAndBody, reply.StatusAndBody);
        }
    }

    private static IEnumerable<string> Environments(WorkspaceTree tree, string project) =>
        tree.Environments.Keys.Where(path => path.StartsWith(project + "/", StringComparison.Ordinal));

    private static IEnumerable<string> Secrets(WorkspaceTree tree, string environment) =>
        tree.Secrets.Keys.Where(path => path.StartsWith(environment + "/", StringComparison.Ordinal));

    private static string KeyOf(string path) => path.Split('/')[2];

    private static string PathBySlugs(string path) => path.Split('/') is [var project, var environment, var key]
        ? $"/projects/by-slug/{project}/environments/{environment}/secrets/{key}"
        : throw new ArgumentException(path);
}
