using Secronna.Protocol;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Requests that are wrong.</summary>
internal static class WrongCases
{
    public static async Task SayAsync(ContractDriver server)
    {
        var (_, environment) = await PlaceAsync(server);
        await server.FailsAsync("NOT_FOUND", GetEnvironment("env_none"));
        await server.FailsAsync("VALIDATION_ERROR", Write(environment, "no key", "v"));
        await server.FailsAsync("VALIDATION_ERROR", Write(environment, "A", "nul\0"));
        foreach (var (code, method, path, body) in new (string, string, string, string?)[]
        {
            ("NOT_FOUND", "GET", "/nothing", null),
            ("VALIDATION_ERROR", "DELETE", "/me", null),
            ("VALIDATION_ERROR", "GET", "/projects?limit=0", null),
            ("VALIDATION_ERROR", "GET", "/projects?limit=501", null),
            ("VALIDATION_ERROR", "GET", "/projects?cursor=nonsense", null),
            ("VALIDATION_ERROR", "POST", "/projects", """{"name":"x","extra":1}"""),
            ("VALIDATION_ERROR", "POST", "/projects", "{}"),
            ("VALIDATION_ERROR", "POST", "/projects", "[]"),
            ("VALIDATION_ERROR", "POST", "/projects", """{"name":1}"""),
            ("VALIDATION_ERROR", "GET", $"/environments/{environment}/secrets?at=yesterday", null),
            ("VALIDATION_ERROR", "GET", "/search/secrets", null),
            ("VALIDATION_ERROR", "GET", "/audit?outcome=maybe", null),
        })
        {
            await server.FailsAsync(code, Raw(method, path, body));
        }
    }

    public static async Task LimitsAsync(ContractDriver server)
    {
        var (_, environment) = await PlaceAsync(server);
        await server.DoAsync(Write(environment, "LONGEST", new string('x', Limits.ValueBytes)));
        await server.FailsAsync("PAYLOAD_TOO_LARGE", Write(environment, "A", new string('x', Limits.ValueBytes + 1)));
        await server.FailsAsync("PAYLOAD_TOO_LARGE", Write(environment, "A", new string('é', (Limits.ValueBytes / 2) + 1)));
        await server.FailsAsync("VALIDATION_ERROR", Batch(environment, [.. Enumerable.Range(0, Limits.BatchKeys + 1).Select(i => ($"K_{i}", "v", (int?)null))]));
        await server.FailsAsync("VALIDATION_ERROR", CreateProject(new string('x', 500)));
        await server.FailsAsync("VALIDATION_ERROR", Write(environment, new string('K', 500), "v"));
    }
}
