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

    public static async Task OtherRoutesAsync(HttpDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Write(environment, "A", "one") with { IdempotencyKey = new string('k', 255) });
        foreach (var operation in new[] { RevealAll(environment), ListProjects(), GetEnvironment(environment) })
        {
            await server.DoAsync(operation with { IdempotencyKey = "k" });
            await server.DoAsync(operation with { IdempotencyKey = "k" });
            await server.FailsAsync("VALIDATION_ERROR", operation with { IdempotencyKey = "k k" });
        }

        await server.FailsAsync("VALIDATION_ERROR", Write(environment, "A", "one") with { IdempotencyKey = new string('k', 256) });
    }

    public static async Task CredentialsAsync(HttpDriver server)
    {
        foreach (var operation in new[] { CreateApiKey("one"), CreateAccessKey("one") })
        {
            var created = await server.DoAsync(operation with { IdempotencyKey = "k" });
            var message = await server.FailsAsync("CONFLICT", operation with { IdempotencyKey = "k" });
            Assert.Equal(
                $"Idempotency-Key: an earlier request with this key created the credential {created["id"]} and showed its token; if the token is lost, revoke {created["id"]} and send this request with a new key",
                message);
            await server.DoAsync(operation with { IdempotencyKey = "k-2" });
        }

        Assert.StartsWith(
            "Idempotency-Key: this key was used before",
            await server.FailsAsync("CONFLICT", CreateAccessKey("two") with { IdempotencyKey = "k" }), StringComparison.Ordinal);
        Assert.Single(await server.ListAsync(Audit("access_key.create", "denied")));
    }
}
