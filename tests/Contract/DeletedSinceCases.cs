using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Past states with secrets that were deleted later, and revisions.</summary>
internal static class DeletedSinceCases
{
    public static async Task DeletedSinceAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var written = await server.ListAsync(Batch(environment, ("GONE", "g", null), ("KEPT", "k", null), ("ANEW", "a", null)));
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(DeleteSecret((string)written[0]["id"]!));
        await server.DoAsync(DeleteSecret((string)written[2]["id"]!));
        await server.DoAsync(Write(environment, "ANEW", "a", 0));
        await server.DoAsync(Write(environment, "KEPT", "more"));

        var past = await server.DoAsync(RevealAll(environment, at: at));
        Assert.Equal(["KEPT k"], past["secrets"]!.AsArray().Select(secret => $"{secret!["key"]} {secret["value"]}"));
        Assert.Equal(["ANEW", "GONE"], past["unrecoverable"]!.AsArray().Select(key => (string)key!));
        var selected = await server.DoAsync(RevealAll(environment, at: at, keys: ["GONE", "KEPT"]));
        Assert.Equal(["GONE"], selected["unrecoverable"]!.AsArray().Select(key => (string)key!));
        Assert.Single(selected["secrets"]!.AsArray());
        await server.FailsAsync("NOT_FOUND", RevealAll(environment, at: at, keys: ["NEVER"]));
        Assert.Equal(["ANEW 1", "GONE 1", "KEPT 1"], (await server.ListAsync(ListSecrets(environment, at))).Select(secret => $"{secret["key"]} {secret["currentVersion"]}"));
        // A deleted value can't be compared any more, so it counts as different.
        Assert.Equal(
            ["ANEW different", "GONE only_there", "KEPT different"],
            (await server.ListAsync(Compare(environment, environment, withAt: at))).Select(key => $"{key["key"]} {key["result"]}"));
        Assert.All(await server.ListAsync(Compare(environment, environment, at, at)), key => Assert.Equal("same", (string)key["result"]!));
        Assert.Equal(
            ["ANEW unrecoverable", "ANEW created_since", "GONE unrecoverable", "KEPT restored"],
            (await server.DoAsync(Restore(environment, at, dryRun: false, prune: false)))["changes"]!.AsArray().Select(change => $"{change!["key"]} {change["result"]}"));
        await server.FailsAsync("VALIDATION_ERROR", RevealAll(environment, at: "9999-12-31T23:59:59Z"));
        Assert.Empty(await server.ListAsync(ListSecrets(environment, "2000-01-01T00:00:00Z")));
    }

    /// <summary>A revision stays current until a secret changes that the caller would be given.</summary>
    public static async Task RevisionsAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Batch(environment, ("A", "a", null), ("B", "b", null)));
        var at = await LastChangeTimeAsync(server, environment);
        var all = await server.TextAsync(RevealAll(environment), "revision");
        var one = await server.TextAsync(RevealAll(environment, keys: "A"), "revision");
        Assert.NotEqual(all, one);
        Assert.Equal(all, await server.TextAsync(RevealAll(environment, at: at), "revision"));
        await server.DoAsync(Write(environment, "B", "b"));
        Assert.NotEqual(all, await server.TextAsync(RevealAll(environment), "revision"));
        Assert.Equal(one, await server.TextAsync(RevealAll(environment, keys: "A"), "revision"));
        if (server.KnowsRevisions)
        {
            Assert.Null((await server.TryAsync(RevealAll(environment, one, keys: "A"))).Data);
            Assert.NotNull((await server.TryAsync(RevealAll(environment, one))).Data);
        }
    }
}
