using System.Text.Json.Nodes;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Rollbacks, restores, past states and comparisons.</summary>
internal static class PointInTimeCases
{
    public static async Task RollBackAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "A", "one"), "id");
        await server.DoAsync(Write(environment, "A", "two"));
        Assert.Equal(3, (int)(await server.DoAsync(RollBack(id, 1, "why")))["version"]!);
        Assert.Equal("one", await server.TextAsync(Reveal(id), "value"));
        Assert.Equal("version not found", await server.FailsAsync("NOT_FOUND", RollBack(id, 9)));
        Assert.Equal("secret not found", await server.FailsAsync("NOT_FOUND", RollBack("sec_none", 1)));
        var newest = (await server.ListAsync(History(environment)))[0];
        Assert.Equal(("rolled_back", 3, "why"), ((string)newest["change"]!, (int)newest["version"]!, (string)newest["comment"]!));
    }

    public static async Task RestoreAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Batch(environment, ("A", "one", null), ("B", "b", null), ("C", "c", null)));
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(Write(environment, "A", "two"));
        await server.DoAsync(Write(environment, "NEW", "n"));
        await server.DoAsync(DeleteSecret(await server.TextAsync(FindSecret("web", "production", "B"), "id")));
        string[] changes = ["A restored 2 1 3", "B unrecoverable   ", "C unchanged   ", "NEW pruned   "];

        Assert.Equal(changes, Changes(await server.DoAsync(Restore(environment, at, dryRun: true))));
        Assert.Equal("two", await server.TextAsync(Get("web/production/A"), "value"));
        Assert.Equal(changes, Changes(await server.DoAsync(Restore(environment, at, dryRun: false))));
        AssertValues(new Dictionary<string, string> { ["A"] = "one", ["C"] = "c" }, await server.DoAsync(Fetch("web", "production")));
        Assert.Equal("success", (string)Assert.Single(await server.ListAsync(Audit("environment.restore")))["outcome"]!);
        await server.FailsAsync("VALIDATION_ERROR", Restore(environment, "9999-12-31T23:59:59Z", dryRun: false));
        await server.FailsAsync("NOT_FOUND", Restore("env_none", at, dryRun: true));
    }

    public static async Task ReadPastAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Batch(environment, ("A", "one", null), ("GONE", "g", null)));
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(Write(environment, "A", "two"));
        await server.DoAsync(Write(environment, "B", "b"));
        await server.DoAsync(DeleteSecret(await server.TextAsync(FindSecret("web", "production", "GONE"), "id")));

        Assert.Equal(["A", "GONE"], TextsOf(await server.ListAsync(ListSecrets(environment, at)), "key"));
        AssertValues(new Dictionary<string, string> { ["A"] = "one" }, await server.DoAsync(Fetch("web", "production", at)));
        Assert.Equal(["A", "B"], TextsOf(await server.ListAsync(ListSecrets(environment)), "key"));
        await server.FailsAsync("VALIDATION_ERROR", ListSecrets(environment, "9999-12-31T23:59:59Z"));
        var history = (await server.ListAsync(History(environment))).Select(change => $"{change["key"]} {change["change"]}").ToList();
        Assert.Equal(["GONE deleted", "B written", "A written"], history[..3]);
        // Changes of one instant come in any order.
        Assert.Equal(["A written", "GONE written"], history[3..].Order(StringComparer.Ordinal));
    }

    public static async Task CompareAsync(ContractDriver server)
    {
        var (project, here) = await CreateWebProductionAsync(server);
        var there = await server.TextAsync(CreateEnvironment(project, "Staging"), "id");
        await server.DoAsync(Batch(here, ("SAME", "v", null), ("OTHER", "1", null), ("HERE", "v", null)));
        await server.DoAsync(Batch(there, ("SAME", "v", null), ("OTHER", "2", null), ("THERE", "v", null)));
        Assert.Equal(
            ["HERE only_here", "OTHER different", "SAME same", "THERE only_there"],
            (await server.ListAsync(Compare(here, there))).Select(key => $"{key["key"]} {key["result"]}"));
        Assert.Equal(2, (await server.ListAsync(Audit("environment.compare"))).Count);
        await server.FailsAsync("NOT_FOUND", Compare(here, "env_none"));
    }

    private static IEnumerable<string> Changes(JsonNode restored) => restored["changes"]!.AsArray().Select(
        change => $"{change!["key"]} {change["result"]} {change["from"]} {change["to"]} {change["version"]}");
}
