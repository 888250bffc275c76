using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>The texts that values, comments, keys and names may be.</summary>
internal static class ValueCases
{
    private static readonly string[] Values =
    [
        "\ufeffbegins with a mark", "\u0001\u001b[31m\u007f\u009b", "\r", "\n\n", "\r\n", "e\u0301 \u00e9", "😀👩‍👩‍👧 𝔘", "\uffff\ufffd", "日本語",
        "{\"json\":\"\\u0041\"}", "line\\nline\\", "'\"`$(x)$X%X%", " \t lead and trail \t ", "--option", "@file", "-", "null", "01", "\u202eright to left",
    ];

    public static async Task ExactAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await ContractDriver.InParallelAsync(Values.Index(), value => server.DoAsync(Write(environment, $"V_{value.Index}", value.Item)));

        var expected = Values.Index().ToDictionary(value => $"V_{value.Index}", value => value.Item);
        AssertValues(expected, await server.DoAsync(Fetch("web", "production")));
        foreach (var (key, value) in expected.Take(4))
        {
            Assert.Equal(value, await server.TextAsync(Get("web/production/" + key), "value"));
        }

        // A batch must keep the values unchanged too.
        await server.DoAsync(Batch(environment, [.. expected.Select(value => (value.Key, value.Value, (int?)1))]));
        AssertValues(expected, await server.DoAsync(Fetch("web", "production")));
    }

    public static async Task CommentsAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        const string Why = "why: é 😀 \"quoted\"";
        var id = await server.TextAsync(Write(environment, "A", "one", 0, Why), "id");
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(Write(environment, "A", "two"));
        await server.DoAsync(Restore(environment, at, dryRun: false, prune: false, comment: "as it was"));
        await server.DoAsync(RollBack(id, 2, "and on"));
        Assert.Equal(
            ["4 rolled_back and on", "3 restored as it was", "2 written ", $"1 written {Why}"],
            (await server.ListAsync(ListVersions(id))).Select(version => $"{version["version"]} {version["kind"]} {version["comment"]}"));
        Assert.Equal(
            ["4 rolled_back and on", "3 restored as it was", "2 written ", $"1 written {Why}"],
            (await server.ListAsync(History(environment))).Select(change => $"{change["version"]} {change["change"]} {change["comment"]}"));
        await server.DoAsync(BatchOf(environment, Why, ("B", "b", null), ("C", "c", null)));
        Assert.Equal([Why, Why], (await server.ListAsync(History(environment))).Take(2).Select(change => (string)change["comment"]!));
        await server.DoAsync(Write(environment, "A", "x", comment: new string('c', 1_000)));
        await server.FailsAsync("VALIDATION_ERROR", Write(environment, "A", "x", comment: new string('c', 1_001)));
        await server.FailsAsync("VALIDATION_ERROR", RollBack(id, 1, new string('c', 1_001)));
    }

    public static async Task ShapesAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        string[] invalid = ["", "1A", "A-B", "A.B", "Ä", "A B", "A/B", "A\n", new string('K', 257)];
        await server.AllFailAsync("VALIDATION_ERROR", [.. invalid.Select(key => Write(environment, key, "v"))]);

        foreach (var key in new[] { "_", "a", "A_1", new string('K', 256) })
        {
            await server.DoAsync(Write(environment, key, "v"));
        }

        Assert.Equal(["A_1", new string('K', 256), "_", "a"], TextsOf(await server.ListAsync(ListSecrets(environment)), "key"));
        await server.DoAsync(RenameProject(project, new string('n', 120)));
        await server.FailsAsync("VALIDATION_ERROR", RenameProject(project, new string('n', 121)));
        await server.DoAsync(RenameEnvironment(environment, "Ünïcode 😀"));
        Assert.Equal("Ünïcode 😀", await server.TextAsync(GetEnvironment(environment), "name"));
        // Renaming keeps the slugs, so the slugs of the first names are still taken.
        await server.FailsAsync("CONFLICT", CreateProject("web"));
        await server.FailsAsync("CONFLICT", CreateEnvironment(project, "production"));
    }

    public static async Task ManyAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var keys = Enumerable.Range(0, 520).Select(i => $"K_{i:D3}").ToList();
        await server.DoAsync(Batch(environment, [.. keys.Take(500).Select(key => (key, "v", (int?)0))]));
        await server.DoAsync(Batch(environment, [.. keys.Skip(500).Select(key => (key, "v", (int?)0))]));
        Assert.Equal(keys, TextsOf(await server.ListAsync(ListSecrets(environment)), "key"));
        Assert.Equal(keys.Count, (await server.DoAsync(Fetch("web", "production"))).AsObject().Count);
        Assert.Equal(keys.Count, (await server.ListAsync(Search("K_"))).Count);
    }
}
