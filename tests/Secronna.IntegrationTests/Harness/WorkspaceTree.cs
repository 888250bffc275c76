namespace Secronna.IntegrationTests.Harness;

/// <summary>
/// A workspace of several projects, each with the same environments and the same keys. Tests grant parts of it.
/// </summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="Projects">Project ids by slug.</param>
/// <param name="Environments">Environments by <c>project/environment</c>.</param>
/// <param name="Secrets">Secret ids by <c>project/environment/KEY</c>.</param>
internal sealed record WorkspaceTree(
    Workspace Workspace, IReadOnlyDictionary<string, string> Projects, IReadOnlyDictionary<string, TestEnvironment> Environments,
    IReadOnlyDictionary<string, string> Secrets)
{
    private static readonly string[] Keys = ["API_URL", "DB_URL", "DB_USER", "TOKEN"];

    public static async Task<WorkspaceTree> CreateAsync(Workspace workspace)
    {
        var projects = new Dictionary<string, string>();
        var environments = new Dictionary<string, TestEnvironment>();
        var secrets = new Dictionary<string, string>();
        foreach (var project in new[] { "api", "web", "wob", "zoo" })
        {
            var projectId = (await workspace.NewProjectAsync(project)).Text("id");
            projects.Add(project, projectId);
            foreach (var slug in new[] { "prod-eu", "production", "staging" })
            {
                var id = (await workspace.NewEnvironmentAsync(projectId, slug)).Text("id");
                var environment = new TestEnvironment(workspace, projectId, project, id, slug);
                environments.Add($"{project}/{slug}", environment);
                var written = await environment.WriteAllAsync(Keys.Select(key => (key, ValueOf(environment.PathOf(key)))));
                foreach (var secret in written.EnumerateArray())
                {
                    secrets.Add(environment.PathOf(secret.Text("key")), secret.Text("id"));
                }
            }
        }

        // Lists are in the order of ids, and ids of one millisecond are in random order.
        var orderedProjects = projects.OrderBy(project => project.Value, StringComparer.Ordinal).ToDictionary();
        var orderedEnvironments = environments.OrderBy(environment => environment.Value.ProjectId, StringComparer.Ordinal)
            .ThenBy(environment => environment.Value.Id, StringComparer.Ordinal).ToDictionary();
        var orderedSecrets = orderedEnvironments.Values.SelectMany(environment => Keys.Select(environment.PathOf))
            .ToDictionary(path => path, path => secrets[path]);
        return new WorkspaceTree(workspace, orderedProjects, orderedEnvironments, orderedSecrets);
    }

    /// <summary>The value of the secret with this path.</summary>
    public static string ValueOf(string path) => "the value of " + path;

    /// <summary>The paths that the grants reach for an action, or for any action if it is null.</summary>
    public static string[] ReachedPaths(IEnumerable<string> paths, TestGrant[] grants, string? action = null) =>
        [.. paths.Where(path => grants.Any(grant => grant.Reaches(path, action)))];
}
