using Secronna.Protocol;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Requests that are repeated under the same <c>Idempotency-Key</c>.</summary>
internal static class IdempotencyCases
{
    public static async Task SameAsync(HttpDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var first = await server.DoAsync(Write(environment, "A", "one") with { IdempotencyKey = "k-1" });
        AssertSameJson(first, await server.DoAsync(Write(environment, "A", "one") with { IdempotencyKey = "k-1" }));
        await server.FailsAsync("CONFLICT", Write(environment, "A", "two") with { IdempotencyKey = "k-1" });
        var id = (string)first["id"]!;
        // Another body is a refusal: it tells whether a value was guessed.
        Assert.Equal(id, (string?)Assert.Single(await server.ListAsync(Audit("secret.write", "denied")))["metadata"]!["secretId"]);
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(Write(environment, "A", "two") with { IdempotencyKey = "k-2" });
        foreach (var operation in new[]
        {
            Batch(environment, ("A", "three", null), ("B", "b", null)), RollBack(id, 1), Restore(environment, at, dryRun: false, prune: false),
        })
        {
            var known = operation with { IdempotencyKey = "k-" + operation.Path };
            var answer = await server.DoAsync(known);
            var versions = (await server.ListAsync(ListVersions(id))).Count;
            AssertSameJson(answer, await server.DoAsync(known));
            Assert.Equal(versions, (await server.ListAsync(ListVersions(id))).Count);
        }

        // A failure is not remembered: the same key may be used again.
        await server.FailsAsync("CONFLICT", Write(environment, "C", "c", 1) with { IdempotencyKey = "k-3" });
        await server.DoAsync(Write(environment, "C", "c", 0) with { IdempotencyKey = "k-3" });
    }

    public static async Task ScopeAsync(HttpDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var staging = await server.TextAsync(CreateEnvironment(project, "Staging"), "id");
        var key = Write(environment, "A", "one") with { IdempotencyKey = "k" };
        await server.DoAsync(key);
        Assert.Equal(1, (int)(await server.DoAsync(Write(staging, "A", "one") with { IdempotencyKey = "k" }))["version"]!);
        var created = await server.DoAsync(CreateAccessKey("another"));
        var another = server.As((string)created["token"]!);
        Assert.Equal(2, (int)(await another.DoAsync(key))["version"]!);
        // A repeat is authorised like any request.
        await server.DoAsync(ChangeAccessKey((string)created["id"]!, new Grant("web", ["list"])));
        await another.FailsEventuallyAsync("FORBIDDEN", key);
    }

    public static async Task OnlyMintingRoutesAsync(HttpDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Write(environment, "A", "one") with { IdempotencyKey = new string('k', 255) });
        foreach (var operation in new[]
        {
            CreateProject("Web 2") with { IdempotencyKey = "k" }, RevealAll(environment) with { IdempotencyKey = "k" }, ListProjects() with { IdempotencyKey = "k" },
            Write(environment, "A", "one") with { IdempotencyKey = new string('k', 256) }, Write(environment, "A", "one") with { IdempotencyKey = "k k" },
        })
        {
            await server.FailsAsync("VALIDATION_ERROR", operation);
        }
    }
}
