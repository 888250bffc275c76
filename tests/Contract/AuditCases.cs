using System.Text.Json.Nodes;
using Secronna.Protocol;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>The entries of the audit trail, and its filters.</summary>
internal static class AuditCases
{
    public static async Task EntriesAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var written = await server.ListAsync(Batch(environment, ("A", "a", null), ("B", "b", null)));
        await server.DoAsync(Fetch("web", "production"));
        var entries = await server.ListAsync(Audit("secret.reveal"));
        Assert.Equal(["A", "B"], entries.Select(entry => (string)entry["metadata"]!["key"]!).Order(StringComparer.Ordinal));
        Assert.Single(TextsOf(entries, "requestId").Distinct());
        var entry = Assert.Single(entries, entry => (string)entry["metadata"]!["key"]! == "A");
        Assert.Equal(("success", "api_key"), ((string)entry["outcome"]!, (string)entry["actorType"]!));
        Assert.Equal(await server.TextAsync(Me(), "actorId"), (string)entry["actorId"]!);
        AssertSameJson(
            new JsonObject
            {
                ["projectId"] = project, ["environmentId"] = environment, ["secretId"] = (string)written[0]["id"]!,
                ["key"] = "A", ["path"] = "web/production/A", ["version"] = 1,
            },
            Outcome.Of(entry["metadata"]).Data);
        Assert.Equal(2, (await server.ListAsync(Audit("secret.write"))).Count);
    }

    public static async Task DeniedAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "A", "a"), "id");
        var lister = server.As(await server.TextAsync(CreateAccessKey("ci", null, new Grant("web", ["list"])), "token"));
        foreach (var (action, operation) in new[]
        {
            ("secret.reveal", Reveal(id)), ("secret.write", Write(environment, "A", "x")), ("secret.rollback", RollBack(id, 1)),
            ("secret.delete", DeleteSecret(id)), ("environment.restore", Restore(environment, await LastChangeTimeAsync(server, environment), dryRun: true)),
        })
        {
            await lister.FailsAsync("FORBIDDEN", operation);
            var entry = Assert.Single(await server.ListAsync(Audit(action, "denied")));
            Assert.Equal(("access_key", environment), ((string)entry["actorType"]!, (string?)entry["metadata"]!["environmentId"]));
        }

        // One missing key makes the whole reveal a refusal: no value is given.
        await server.FailsAsync("NOT_FOUND", RevealAll(environment, keys: ["A", "NONE"]));
        Assert.Equal(["api_key", "access_key"], TextsOf(await server.ListAsync(Audit("secret.reveal", "denied")), "actorType"));
        await lister.FailsAsync("FORBIDDEN", CreateProject("Mine"));
        Assert.Single(await server.ListAsync(Audit("project.create", "denied")));
        Assert.Empty(await server.ListAsync(Audit("secret.reveal", "success")));
    }

    public static async Task ComparisonAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var staging = await server.TextAsync(CreateEnvironment(project, "Staging"), "id");
        await server.DoAsync(Batch(environment, ("A", "a", null), ("B", "b", null), ("C", "c", null)));
        await server.DoAsync(Batch(staging, ("B", "b", null), ("A", "x", null)));
        var (at, withAt) = (await LastChangeTimeAsync(server, environment), await LastChangeTimeAsync(server, staging));
        await server.DoAsync(Compare(environment, staging, withAt: withAt));
        var entry = Assert.Single(await server.ListAsync(Audit("environment.compare", environment: environment)));
        AssertSameJson(
            new JsonObject
            {
                ["projectId"] = project, ["environmentId"] = environment, ["name"] = "Production", ["at"] = at, ["with"] = staging, ["withAt"] = withAt,
                ["keys"] = new JsonArray("A", "B"),
            },
            Outcome.Of(entry["metadata"]).Data);
        entry = Assert.Single(await server.ListAsync(Audit("environment.compare", environment: staging)));
        Assert.Equal((withAt, environment), ((string?)entry["metadata"]!["at"], (string?)entry["metadata"]!["with"]));
    }

    public static async Task ChangedKeyAsync(ContractDriver server)
    {
        await CreateWebProductionAsync(server);
        var id = await server.TextAsync(CreateAccessKey("ci", null, new Grant("web/production", ["list"]), new Grant("api", ["list"])), "id");
        await server.DoAsync(ChangeAccessKey(id, new Grant("web", ["reveal"])));
        var entry = Assert.Single(await server.ListAsync(Audit("access_key.update")));
        AssertSameJson(
            new JsonObject
            {
                ["targetId"] = id, ["name"] = "ci",
                ["before"] = Grants(("web/production", "list"), ("api", "list")),
                ["after"] = Grants(("web", "reveal")),
            },
            Outcome.Of(entry["metadata"]).Data);

        static JsonObject Grants(params (string Path, string Action)[] grants) => new()
        {
            ["grants"] = new JsonArray([.. grants.Select(grant =>
                new JsonObject { ["path"] = grant.Path, ["actions"] = new JsonArray(grant.Action) })]),
        };
    }

    public static async Task FiltersAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var staging = await server.TextAsync(CreateEnvironment(project, "Staging"), "id");
        var here = await server.TextAsync(Write(environment, "A", "a"), "id");
        var there = await server.TextAsync(Write(staging, "A", "a"), "id");
        var created = await server.DoAsync(CreateAccessKey("ci"));
        await server.As((string)created["token"]!).DoAsync(Reveal(here));

        Assert.Equal([here], Secrets(await server.ListAsync(Audit("secret.write", environment: environment))));
        Assert.Equal([there], Secrets(await server.ListAsync(Audit("secret.write", secret: there))));
        Assert.Equal([there, here], Secrets(await server.ListAsync(Audit("secret.write", project: project))));
        Assert.Equal([here], Secrets(await server.ListAsync(Audit("secret.reveal", actor: (string)created["id"]!))));
        // Both ends of the range are inclusive.
        var times = TextsOf(await server.ListAsync(Audit("secret.write")), "createdAt").ToList();
        Assert.Equal([there], Secrets(await server.ListAsync(Audit("secret.write", from: times[0]))));
        Assert.Equal([there, here], Secrets(await server.ListAsync(Audit("secret.write", from: times[1]))));
        Assert.Equal([here], Secrets(await server.ListAsync(Audit("secret.write", to: times[1]))));
        Assert.Equal([there, here], Secrets(await server.ListAsync(Audit("secret.write", from: times[1], to: times[0]))));
        Assert.Empty(await server.ListAsync(Audit("secret.write", "denied")));
        Assert.Empty(await server.ListAsync(Audit("secret.write", project: "proj_none")));
    }

    private static IEnumerable<string> Secrets(IEnumerable<JsonNode> entries) => entries.Select(entry => (string)entry["metadata"]!["secretId"]!);
}
