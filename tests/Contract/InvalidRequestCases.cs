using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Malformed requests, and requests over a limit.</summary>
internal static class InvalidRequestCases
{
    public static async Task MalformedAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.FailsAsync("NOT_FOUND", GetEnvironment("env_none"));
        await server.FailsAsync("VALIDATION_ERROR", Write(environment, "no key", "v"));
        await server.FailsAsync("VALIDATION_ERROR", Write(environment, "A", "nul\0"));
        (string Code, string Method, string Path, string? Body)[] malformed =
        [
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
        ];
        await ContractDriver.InParallelAsync(malformed, it => server.FailsAsync(it.Code, Raw(it.Method, it.Path, it.Body)));
    }

    public static async Task LimitsAsync(ContractDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        // The limits are written out as documented: our constants could be wrong.
        await server.DoAsync(Write(environment, "LONGEST", new string('x', 65_536)));
        await server.FailsAsync("PAYLOAD_TOO_LARGE", Write(environment, "A", new string('x', 65_537)));
        await server.FailsAsync("PAYLOAD_TOO_LARGE", Write(environment, "A", new string('é', 32_769)));
        await server.FailsAsync("VALIDATION_ERROR", Batch(environment, [.. Enumerable.Range(0, 501).Select(i => ($"K_{i}", "v", (int?)null))]));
        await server.FailsAsync("VALIDATION_ERROR", CreateProject(new string('x', 500)));
        await server.FailsAsync("VALIDATION_ERROR", Write(environment, new string('K', 500), "v"));
    }
}
