using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Answers that are compared as a whole with the answer over plain HTTP.</summary>
internal static class EqualAnswerCases
{
    public static async Task SameAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var secret = await server.TextAsync(Write(environment, "A", "one"), "id");
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(Write(environment, "A", "two"));
        await server.DoAsync(RollBack(secret, 1, "why"));
        var other = await server.TextAsync(CreateEnvironment(project, "Staging"), "id");
        Operation[] operations =
        [
            ListProjects(), GetProject(project), ListEnvironments(project), GetEnvironment(environment), FindEnvironment("web", "production"),
            ListSecrets(environment), ListSecrets(environment, at), GetSecret(secret), ListVersions(secret), Reveal(secret), Reveal(secret, 2),
            Get("web/production/A"), Fetch("web", "production"), RevealAll(environment), Restore(environment, at, dryRun: true),
            Compare(environment, other), History(environment), Search("web"), Me(), AuthConfig(), ListKeks(project), Audit("secret.write"),
        ];
        foreach (var operation in operations)
        {
            AssertSameJson(await server.OverHttp.DoAsync(operation), await server.DoAsync(operation));
        }
    }
}
