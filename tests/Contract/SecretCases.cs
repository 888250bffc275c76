using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Secrets, their versions and values.</summary>
internal static class SecretCases
{
    private const string UnusualText = " it's \"€\"\n\\ 😀\t$HOME `x` #=\u007f\u0085\u2028\ufeff\r\n ";

    public static async Task WriteAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var first = await server.DoAsync(Write(environment, "A", "one", 0));
        Assert.Equal(("A", 1), ((string)first["key"]!, (int)first["version"]!));
        await server.FailsAsync("CONFLICT", Write(environment, "A", "two", 0));
        await server.FailsAsync("CONFLICT", Write(environment, "A", "two", 2));
        var second = await server.DoAsync(Write(environment, "A", "two", 1));
        var id = (string)first["id"]!;
        Assert.Equal((id, 2), ((string)second["id"]!, (int)second["version"]!));
        Assert.Equal([2, 1], (await server.ListAsync(ListVersions(id))).Select(version => (int)version["version"]!));
        var found = await server.DoAsync(FindSecret("web", "production", "A"));
        Assert.Equal((id, "web/production/A", 2), ((string)found["id"]!, (string)found["path"]!, (int)found["currentVersion"]!));
        AssertSameJson(found, await server.DoAsync(GetSecret(id)));
        await server.FailsAsync("NOT_FOUND", FindSecret("web", "production", "NONE"));
        await server.FailsAsync("NOT_FOUND", Write("env_none", "A", "one"));
    }

    public static async Task BatchAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var written = await server.ListAsync(Batch(environment, ("B", "b", null), ("A", "a", 0)));
        Assert.Equal(["B", "A"], TextsOf(written, "key"));
        await server.FailsAsync("CONFLICT", Batch(environment, ("C", "c", null), ("A", "a", 7)));
        await server.FailsAsync("VALIDATION_ERROR", Batch(environment, ("C", "c", null), ("C", "d", null)));
        await server.FailsAsync("VALIDATION_ERROR", Batch(environment));
        Assert.Equal(["A", "B"], TextsOf(await server.ListAsync(ListSecrets(environment)), "key"));
        Assert.Single(TextsOf(await server.ListAsync(History(environment)), "at").Distinct());
    }

    public static async Task RevealAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "A", UnusualText), "id");
        await server.DoAsync(Write(environment, "B", ""));

        AssertValues(new Dictionary<string, string> { ["A"] = UnusualText, ["B"] = "" }, await server.DoAsync(Fetch("web", "production")));
        Assert.Equal(UnusualText, await server.TextAsync(Reveal(id), "value"));
        Assert.Equal(UnusualText, await server.TextAsync(Get("web/production/A", 1), "value"));
        AssertValues(new Dictionary<string, string> { ["A"] = UnusualText }, await server.DoAsync(Fetch("web", "production", null, "A")));
        await server.FailsAsync("NOT_FOUND", Fetch("web", "production", null, "A", "NONE"));
        await server.FailsAsync("NOT_FOUND", Fetch("web", "none"));
        Assert.Equal("version not found", await server.FailsAsync("NOT_FOUND", Get("web/production/A", 2)));
        await server.FailsAsync("VALIDATION_ERROR", Get("web/production"));

        var entries = await server.ListAsync(Audit("secret.reveal", "success"));
        Assert.Equal(["A", "A", "A", "A", "B"], entries.Select(entry => (string)entry["metadata"]!["key"]!).Order(StringComparer.Ordinal));
        var sequence = entries.Select(entry => (long)entry["sequence"]!).ToList();
        Assert.Equal(sequence.OrderDescending(), sequence);
    }

    public static async Task RevisionAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Write(environment, "A", "one"));
        var revision = await server.TextAsync(RevealAll(environment), "revision");
        if (server.KnowsRevisions)
        {
            Assert.Equal(new Outcome(null, null), await server.TryAsync(RevealAll(environment, revision)));
            Assert.Single(await server.ListAsync(Audit("secret.reveal")));
        }

        await server.DoAsync(Write(environment, "A", "one"));
        Assert.NotEqual(revision, await server.TextAsync(RevealAll(environment, server.KnowsRevisions ? revision : null), "revision"));
        Assert.Equal(2, (await server.ListAsync(Audit("secret.reveal"))).Count);
    }

    public static async Task DeleteAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var old = await server.TextAsync(Write(environment, "A", "old"), "id");
        var at = await LastChangeTimeAsync(server, environment);
        Assert.True((bool)(await server.DoAsync(DeleteSecret(old)))["deleted"]!);
        await server.FailsAsync("NOT_FOUND", Reveal(old));
        await server.FailsAsync("NOT_FOUND", DeleteSecret(old));
        await server.FailsAsync("NOT_FOUND", ListVersions(old));
        Assert.NotEqual(old, await server.TextAsync(Write(environment, "A", "new", 0), "id"));
        var past = await server.DoAsync(RevealAll(environment, at: at));
        Assert.Empty(past["secrets"]!.AsArray());
        Assert.Equal("A", (string)Assert.Single(past["unrecoverable"]!.AsArray())!);
    }

    public static async Task PagesAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Batch(environment, [.. Enumerable.Range(0, 7).Select(i => ($"K_{i}", "v", (int?)null))]));
        var expected = Enumerable.Range(0, 7).Select(i => $"K_{i}").ToList();
        Assert.Equal(expected, TextsOf(await server.ListAsync(ListSecrets(environment)), "key"));
        var small = ListSecrets(environment) with { Path = $"/environments/{environment}/secrets?limit=3" };
        Assert.Equal(expected, TextsOf(await server.ListAsync(small), "key"));
        await server.FailsAsync("VALIDATION_ERROR", Operations.Raw("GET", $"/environments/{environment}/secrets?cursor=nonsense"));
        await server.FailsAsync("VALIDATION_ERROR", Operations.Raw("GET", $"/environments/{environment}/secrets?limit=0"));
    }

    public static async Task SearchAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Batch(environment, ("DB_URL", "v", null), ("OTHER", "v", null)));
        Assert.Equal(["web/production/DB_URL"], TextsOf(await server.ListAsync(Search("db_u")), "path"));
        Assert.Equal(2, (await server.ListAsync(Search("web/prod"))).Count);
        Assert.Empty(await server.ListAsync(Search("nowhere")));
        Assert.Empty(await server.ListAsync(Search("D%")));
    }
}
