using System.Text.Json.Nodes;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Lists in small pages, and their cursors.</summary>
internal static class PageCases
{
    public static async Task PagesAsync(HttpDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        foreach (var name in new[] { "One", "Two", "Three" })
        {
            await server.DoAsync(CreateProject(name));
            await server.DoAsync(CreateEnvironment(project, name));
            await server.DoAsync(CreateApiKey(name));
            await server.DoAsync(CreateAccessKey(name));
            await server.DoAsync(Write(environment, "K_" + name, "v"));
            await server.DoAsync(Write(environment, "K", name));
            await server.DoAsync(RotateKek(project));
        }

        var secret = await server.TextAsync(FindSecret("web", "production", "K"), "id");
        foreach (var list in new[]
        {
            ListProjects(), ListEnvironments(project), ListApiKeys(), ListAccessKeys(), ListSecrets(environment), ListSecrets(environment, await LastChangeTimeAsync(server, environment)),
            ListVersions(secret), History(environment), Search("k"), Audit("secret.write"),
        })
        {
            var whole = await server.ListAsync(list);
            Assert.True(whole.Count >= 3, $"{list}");
            var small = list with { Path = $"{list.Path}{(list.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=2" };
            AssertSameJson(new JsonArray([.. whole.Select(item => item.DeepClone())]), new JsonArray([.. (await server.ListAsync(small)).Select(item => item.DeepClone())]));
        }

        // Only the ids are compared: the KEKs' states change while data keys are re-wrapped in the background.
        Assert.Equal(
            TextsOf(await server.ListAsync(ListKeks(project)), "id"),
            TextsOf(await server.ListAsync(ListKeks(project) with { Path = $"/projects/{project}/keys?limit=1" }), "id"));
    }

    public static async Task CursorAsync(HttpDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Batch(environment, ("A", "a", null), ("B", "b", null), ("C", "c", null)));
        await server.DoAsync(CreateProject("More"));
        using var answer = await server.AnswerAsync(ListSecrets(environment) with { Path = $"/environments/{environment}/secrets?limit=1" });
        var cursor = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["meta"]!["cursor"]!;
        Assert.Equal(["B", "C"], TextsOf(await server.ListAsync(ListSecrets(environment) with { Path = $"/environments/{environment}/secrets?cursor={cursor}" }), "key"));
        foreach (var path in new[]
        {
            "/projects?", "/audit?", $"/environments/{environment}/history?", "/search/secrets?q=a&", $"/environments/{environment}/secrets?at=2026-01-01T00:00:00Z&",
        })
        {
            await server.FailsAsync("VALIDATION_ERROR", Raw("GET", $"{path}cursor={cursor}"));
        }

        await server.FailsAsync("VALIDATION_ERROR", Raw("GET", "/audit?limit=1001"));
        await server.FailsAsync("VALIDATION_ERROR", Raw("GET", $"/environments/{environment}/secrets?limit=501"));
    }
}
