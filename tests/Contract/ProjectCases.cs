using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Projects and environments.</summary>
internal static class ProjectCases
{
    public static async Task FindAsync(ContractDriver server)
    {
        var project = await server.DoAsync(CreateProject("My Web"));
        var id = (string)project["id"]!;
        var environment = await server.DoAsync(CreateEnvironment(id, "Pro duction"));
        Assert.Equal(("my-web", "pro-duction"), ((string)project["slug"]!, (string)environment["slug"]!));
        AssertSameJson(project, await server.DoAsync(GetProject("my-web")));
        AssertSameJson(project, await server.DoAsync(GetProject(id)));
        AssertSameJson(environment, await server.DoAsync(GetEnvironment((string)environment["id"]!)));
        var found = await server.DoAsync(FindEnvironment("my-web", "pro-duction"));
        Assert.Equal((string)environment["id"]!, (string)found["environment"]!["id"]!);
        AssertSameJson(environment, Assert.Single(await server.ListAsync(ListEnvironments(id))));

        Assert.Equal("Renamed", await server.TextAsync(RenameProject(id, "Renamed"), "name"));
        Assert.Equal("Gone on", await server.TextAsync(RenameEnvironment((string)environment["id"]!, "Gone on"), "name"));
        Assert.Equal("my-web", await server.TextAsync(GetProject(id), "slug"));
        Assert.Equal("Renamed", (string)Assert.Single(await server.ListAsync(ListProjects()))["name"]!);
        Assert.Equal("api_key", await server.TextAsync(Me(), "actorType"));
        Assert.NotNull(await server.DoAsync(AuthConfig()));
    }

    public static async Task NamesAsync(ContractDriver server)
    {
        var id = await server.TextAsync(CreateProject("Web"), "id");
        Assert.StartsWith("a project with this name", await server.FailsAsync("CONFLICT", CreateProject("WEB")), StringComparison.Ordinal);
        await server.FailsAsync("VALIDATION_ERROR", CreateProject(""));
        await server.FailsAsync("VALIDATION_ERROR", CreateProject("---"));
        await server.FailsAsync("VALIDATION_ERROR", RenameProject(id, ""));
        await server.DoAsync(CreateEnvironment(id, "Web"));
        Assert.StartsWith("an environment with this name", await server.FailsAsync("CONFLICT", CreateEnvironment(id, "web")), StringComparison.Ordinal);
        await server.FailsAsync("NOT_FOUND", CreateEnvironment("proj_none", "x"));
        await server.FailsAsync("NOT_FOUND", RenameEnvironment("env_none", "x"));
        await server.FailsAsync("NOT_FOUND", GetProject("none"));
        await server.FailsAsync("NOT_FOUND", FindEnvironment("web", "none"));
    }

    public static async Task DeleteAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var secret = await server.TextAsync(Write(environment, "A", "one"), "id");
        Assert.Contains("force=true", await server.FailsAsync("CONFLICT", DeleteEnvironment(environment, force: false)), StringComparison.Ordinal);
        Assert.Contains("force=true", await server.FailsAsync("CONFLICT", DeleteProject(project, force: false)), StringComparison.Ordinal);
        Assert.True((bool)(await server.DoAsync(DeleteEnvironment(environment, force: true)))["deleted"]!);
        await server.FailsAsync("NOT_FOUND", GetEnvironment(environment));
        await server.FailsAsync("NOT_FOUND", Reveal(secret));
        await server.DoAsync(CreateEnvironment(project, "Production"));
        await server.DoAsync(DeleteProject(project, force: true));
        await server.FailsAsync("NOT_FOUND", GetProject(project));
        Assert.Empty(await server.ListAsync(ListProjects()));
    }

    public static async Task RotateAsync(ContractDriver server)
    {
        var (project, environment) = await CreateWebProductionAsync(server);
        var secret = await server.TextAsync(Write(environment, "A", "one"), "id");
        var before = Assert.Single(await server.ListAsync(ListKeks(project)));
        Assert.Equal("active", (string)before["state"]!);
        var next = await server.TextAsync(RotateKek(project), "id");
        Assert.NotEqual((string)before["id"]!, next);
        Assert.Contains(next, TextsOf(await server.ListAsync(ListKeks(project)), "id"));
        Assert.Equal("one", await server.TextAsync(Reveal(secret), "value"));
        await server.FailsAsync("NOT_FOUND", RotateKek("proj_none"));
    }
}
