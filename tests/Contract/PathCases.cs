using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>People name things by paths of slugs, programs by ids. The answers are the same.</summary>
internal static class PathCases
{
    public static async Task PathsAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var id = await server.TextAsync(Write(environment, "A", "one"), "id");
        var at = await LastChangeTimeAsync(server, environment);
        await server.DoAsync(Write(environment, "A", "two"));
        await server.DoAsync(CreateEnvironment(project, "Staging"));
        const string Path = "web/production", Key = Path + "/A";
        foreach (var operation in new[]
        {
            ListEnvironments(project) with
            {
                Command = ["env", "ls", "web"],
                ByClient = async client => await client.Environments.ListAsync((await client.Projects.GetAsync("web")).Id).ToListAsync(),
            },
            ListSecrets(environment) with
            {
                Command = ["secret", "ls", Path],
                ByClient = async client => await client.Environments.ListSecretsAsync(await client.Environments.GetIdAsync(Path)).ToListAsync(),
            },
            ListSecrets(environment, at) with { Command = ["secret", "ls", Path, "--at", at] },
            ListVersions(id) with
            {
                Command = ["secret", "versions", Key],
                ByClient = async client => await client.Secrets.ListVersionsAsync(await client.Secrets.GetIdAsync(Key)).ToListAsync(),
            },
            Reveal(id) with { Command = ["secret", "reveal", Key], ByClient = async client => await client.Secrets.RevealAsync(Key) },
            Reveal(id, 1) with { Command = ["get", Key, "--version", "1"], ByClient = async client => await client.Secrets.RevealAsync(Key, 1) },
            RevealAll(environment) with { ByClient = async client => await client.Environments.RevealAsync(Path) },
            Fetch("web", "production") with
            {
                Command = ["export", "--env", environment, "--format", "json"],
                ByClient = async client => await client.FetchSecretsAsync(Path),
            },
            Restore(environment, at, dryRun: true) with { Command = ["env", "restore", Path, "--at", at, "--prune", "--dry-run"] },
            Compare(environment, environment) with { Command = ["env", "diff", Path, Path, "--all"] },
        })
        {
            AssertSameJson(await server.OverHttp.DoAsync(operation), await server.DoAsync(operation));
        }

        // Operations that change something, each by the command with paths that people type.
        await server.DoAsync(Write(environment, "B", "b") with { Command = ["secret", "set", Path, "B"] });
        await server.DoAsync(RollBack(id, 1) with { Command = ["secret", "rollback", Key, "--to", "1"] });
        AssertValues(new Dictionary<string, string> { ["A"] = "one", ["B"] = "b" }, await server.DoAsync(Fetch("web", "production")));
        await server.DoAsync(DeleteSecret(id) with { Command = ["secret", "rm", Key] });
        await server.DoAsync(CreateEnvironment(project, "More") with { Command = ["env", "create", "web", "More"] });
        await server.DoAsync(DeleteEnvironment(environment, force: true) with { Command = ["env", "rm", Path, "--force"] });
        await server.DoAsync(DeleteProject(project, force: false) with { Command = ["project", "rm", "web"] });
        await server.FailsAsync("NOT_FOUND", GetProject("web"));
    }
}
