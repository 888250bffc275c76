using System.Text.Json.Nodes;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Reasons of requests, and environments that require them.</summary>
internal static class ReasonCases
{
    public static async Task RequireAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "A", "one"), "id");
        Assert.True((bool)(await server.DoAsync(RequireReason(environment, true)))["requireReason"]!);
        Assert.True((bool)(await server.DoAsync(GetEnvironment(environment)))["requireReason"]!);
        await server.AllFailAsync(
            "VALIDATION_ERROR", Reveal(id), Reveal(id, 1), Get("web/production/A"), Fetch("web", "production"), RevealAll(environment),
            RevealAll(environment, keys: "A"));
        await server.AllFailAsync("NOT_FOUND", Reveal("sec_none"), Get("web/production/NONE"), RevealAll(environment, keys: "NONE"));
        Assert.Empty(await server.ListAsync(Audit("secret.reveal", "success")));
        Assert.NotEmpty(await server.ListAsync(Audit("secret.reveal", "denied")));

        Assert.False((bool)(await server.DoAsync(RequireReason(environment, false)))["requireReason"]!);
        Assert.Equal("one", await server.TextAsync(Reveal(id), "value"));
        var entry = (await server.ListAsync(Audit("environment.update")))[0];
        AssertSameJson(new JsonObject { ["requireReason"] = true }, entry["metadata"]!["before"]);
        AssertSameJson(new JsonObject { ["requireReason"] = false }, entry["metadata"]!["after"]);
        var again = Assert.Single(await server.ListAsync(AuditEntry((long)entry["sequence"]!)));
        AssertSameJson(entry, again);
        Assert.NotNull(again["actorName"]);
    }

    /// <summary>Only plain HTTP sends a reason so far.</summary>
    public static async Task GiveAsync(HttpDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Write(environment, "A", "one"));
        await server.DoAsync(RequireReason(environment, true));
        await server.DoAsync(RevealAll(environment) with { Reason = "UTF-8''St%C3%B6rung" });
        Assert.Equal("Störung", (string)Assert.Single(await server.ListAsync(Audit("secret.reveal", "success")))["reason"]!);
        foreach (var malformed in new[] { "UTF-8''%", "UTF-8''%C3", "UTF-8''%4g", "UTF-8''a%0Ab", "UTF-8''%E2%80%8B", "UTF-8''%20", new string('x', 501) })
        {
            await server.FailsAsync("VALIDATION_ERROR", RevealAll(environment) with { Reason = malformed });
            await server.FailsAsync("VALIDATION_ERROR", Me() with { Reason = malformed });
        }
    }
}
