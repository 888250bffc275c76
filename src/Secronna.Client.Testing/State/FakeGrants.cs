using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>The grants of a credential.</summary>
/// <param name="Grants">The grants as the API shows them. An empty list allows nothing.</param>
internal sealed record FakeGrants(IReadOnlyList<Grant> Grants)
{
    public static FakeGrants Everything { get; } = new([new Grant("*", GrantActionNames.All)]);

    /// <summary>
    /// Whether at least one of the actions is granted on a key. Without a key, it is enough that an action is granted on anything
    /// in the environment. Without an environment, it is enough that an action is granted on anything in the project.
    /// </summary>
    public bool Allow(IReadOnlyList<string> actions, string project, string? environment = null, string? key = null) =>
        Grants.Any(grant =>
            grant.Actions.Any(actions.Contains) && grant.Path.Split('/') is var segments
            && Matches(segments, 0, project) && Matches(segments, 1, environment) && Matches(segments, 2, key));

    /// <summary>The actions that are granted on a key, or on anything in an environment or a project.</summary>
    public IReadOnlyList<string> ActionsOn(string project, string? environment = null, string? key = null) =>
        [.. GrantActionNames.All.Where(action => Allow([action], project, environment, key))];

    /// <summary>
    /// Leaves out the grants whose path names a deleted project or environment literally. A project or environment that is
    /// created later under the same slug must not inherit these grants.
    /// </summary>
    /// <param name="project">The project's slug.</param>
    /// <param name="environment">The environment's slug; <c>null</c> means that the project was deleted.</param>
    public FakeGrants Without(string project, string? environment) => new(
    [
        .. Grants.Where(grant => grant.Path.Split('/') is var segments
            && !(segments[0] == project && (environment is null || segments.ElementAtOrDefault(1) == environment))),
    ]);

    private static bool Matches(string[] segments, int index, string? name) =>
        index >= segments.Length || name is null || Matches(segments[index], name);

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
        {
            return name.SequenceEqual(pattern);
        }

        if (!name.StartsWith(pattern[..star]))
        {
            return false;
        }

        for (var taken = star; taken <= name.Length; taken++)
        {
            if (Matches(pattern[(star + 1)..], name[taken..]))
            {
                return true;
            }
        }

        return false;
    }
}
