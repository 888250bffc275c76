namespace Secronna.IntegrationTests.Harness;

/// <summary>A workspace with every key in every environment of every project, to be granted parts of.</summary>
internal sealed record Forest(
    Workspace Workspace, IReadOnlyDictionary<string, string> Projects, IReadOnlyDictionary<string, Place> Environments,
    IReadOnlyDictionary<string, string> Secrets)
{
    private static readonly string[] Keys = ["API_URL", "DB_URL", "DB_USER", "TOKEN"];

    public static async Task<Forest> GrowAsync(Workspace workspace)
    {
        var projects = new Dictionary<string, string>();
        var environments = new Dictionary<string, Place>();
        var secrets = new Dictionary<string, string>();
        foreach (var project in new[] { "api", "web", "wob", "zoo" })
        {
            var projectId = (await workspace.NewProjectAsync(project)).Text("id");
            projects.Add(project, projectId);
            foreach (var environment in new[] { "prod-eu", "production", "staging" })
            {
                var id = (await workspace.NewEnvironmentAsync(projectId, environment)).Text("id");
                var place = new Place(workspace, projectId, project, id, environment);
                environments.Add($"{project}/{environment}", place);
                var written = await place.WriteAllAsync(Keys.Select(key => (key, ValueOf(place.Path(key)))));
                foreach (var secret in written.EnumerateArray())
                {
                    secrets.Add(place.Path(secret.Text("key")), secret.Text("id"));
                }
            }
        }

        return new Forest(workspace, projects, environments, secrets);
    }

    public static string ValueOf(string path) => "the value of " + path;

    /// <summary>What of it a key with these grants is shown for an action; for none, for any.</summary>
    public static string[] Reached(IEnumerable<string> paths, Granted[] grants, string? action = null) =>
        [.. paths.Where(path => grants.Any(grant => grant.Reaches(path, action)))];
}
