using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>A refusal has the same code and message over HTTP, with the client and by the command line, and no message repeats a value.</summary>
internal static class RefusalCases
{
    private const string Value = "hunter2hunter2";

    public static async Task SameAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "A", Value), "id");
        (string Code, Operation Operation)[] refused =
        [
            ("CONFLICT", CreateProject("WEB")), ("CONFLICT", CreateEnvironment(project, "PRODUCTION")), ("VALIDATION_ERROR", CreateProject("---")),
            ("CONFLICT", DeleteProject(project, force: false)), ("CONFLICT", DeleteEnvironment(environment, force: false)),
            ("CONFLICT", Write(environment, "A", Value, 0)), ("CONFLICT", Write(environment, "A", Value, 7)), ("CONFLICT", Write(environment, "B", Value, 1)),
            ("CONFLICT", Batch(environment, ("B", Value, null), ("A", Value, 0))), ("VALIDATION_ERROR", Batch(environment, ("B", Value, null), ("B", Value, null))),
            ("VALIDATION_ERROR", Write(environment, "1A", Value)), ("VALIDATION_ERROR", Write(environment, "A", Value, -1)),
            ("PAYLOAD_TOO_LARGE", Batch(environment, ("A", new string('x', 65_537), null))),
            ("NOT_FOUND", Reveal(id, 2)), ("NOT_FOUND", Reveal("sec_none")), ("NOT_FOUND", Get("web/production/NONE")), ("NOT_FOUND", Get("none/production/A")),
            ("NOT_FOUND", Fetch("web", "none")), ("NOT_FOUND", Fetch("web", "production", null, "A", "NONE", "NEITHER")), ("NOT_FOUND", RevealAll("env_none")),
            ("NOT_FOUND", RevealAll(environment, keys: "NONE")), ("NOT_FOUND", RollBack(id, 9)), ("VALIDATION_ERROR", RollBack(id, 0)),
            ("VALIDATION_ERROR", Reveal(id, 0)), ("NOT_FOUND", DeleteSecret("sec_none")), ("NOT_FOUND", ListSecrets("env_none")), ("NOT_FOUND", ListVersions("sec_none")),
            ("NOT_FOUND", History("env_none")), ("NOT_FOUND", Compare(environment, "env_none")), ("NOT_FOUND", Compare("env_none", environment)),
            ("VALIDATION_ERROR", Compare(environment, environment, withAt: "9999-12-31T00:00:00Z")), ("NOT_FOUND", GetProject("none")),
            ("VALIDATION_ERROR", Search("")), ("VALIDATION_ERROR", Audit("secret.look")), ("VALIDATION_ERROR", CreateAccessKey("")), ("NOT_FOUND", RevokeAccessKey("key_none")),
            ("NOT_FOUND", DeleteApiKey("key_none")), ("NOT_FOUND", RotateKek("proj_none")), ("NOT_FOUND", ListKeks("proj_none")), ("NOT_FOUND", Raw("GET", "/no/such/route")),
            ("VALIDATION_ERROR", Raw("PATCH", "/me", "{}")), ("VALIDATION_ERROR", Raw("POST", "/projects", "{\"name\":")),
            ("VALIDATION_ERROR", Raw("POST", "/projects", "{\"name\":\"a\",\"name\":\"b\"}")), ("VALIDATION_ERROR", Raw("POST", "/projects", $"{{\"{Value}\":1}}")),
            ("VALIDATION_ERROR", Raw("GET", "/projects?color=red")), ("VALIDATION_ERROR", Raw("GET", "/projects?limit=1&limit=2")),
            ("VALIDATION_ERROR", Raw("GET", "/projects?limit=ten")), ("VALIDATION_ERROR", Raw("DELETE", $"/projects/{project}?force=maybe")),
            ("VALIDATION_ERROR", Raw("POST", $"/secrets/{id}/reveal", "{\"x\":1}")),
        ];
        await ContractDriver.InParallelAsync(refused, async it =>
        {
            var message = await server.FailsAsync(it.Code, it.Operation);
            Assert.DoesNotContain(Value, message, StringComparison.Ordinal);
            if (!message.Contains("clock", StringComparison.Ordinal))
            {
                Assert.Equal(await server.OverHttp.FailsAsync(it.Code, it.Operation), message);
            }
        });

        Assert.Equal("keys not found: NONE, NEITHER", await server.FailsAsync("NOT_FOUND", Fetch("web", "production", null, "A", "NONE", "NEITHER")));
        AssertValues(new Dictionary<string, string> { ["A"] = Value }, await server.DoAsync(Fetch("web", "production")));
        Assert.Single(await server.ListAsync(ListVersions(id)));
        Assert.Equal(Value, await server.TextAsync(Get("web/production/A"), "value"));
        Assert.Single(await server.ListAsync(ListProjects()));
    }
}
