using Secronna.Crypto.Trail;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>What a caller's workspace has of the target that a request named. It may lie outside the caller's grants.</summary>
internal sealed record FoundTarget
{
    /// <summary>Nothing of the target exists.</summary>
    public static FoundTarget Nothing { get; } = new();

    public string? ProjectId { get; init; }

    public string? EnvironmentId { get; init; }

    public string? SecretId { get; init; }

    public string? Key { get; init; }

    public string? Path { get; init; }

    /// <summary>The id of a credential.</summary>
    public string? TargetId { get; init; }

    /// <summary>Of a request that names several keys, those that the environment has.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    // Where grants must reach for a caller to see the target; null where the target is not there.
    private (string Project, string? Environment, string? Key)? Place { get; init; }

    public static FoundTarget Of(ProjectRow? project) =>
        project is null ? Nothing : new() { ProjectId = project.Id, Place = (project.Slug, null, null) };

    public static FoundTarget Of(EnvironmentRow? environment) => environment is null ? Nothing : new()
    {
        ProjectId = environment.ProjectId,
        EnvironmentId = environment.Id,
        Place = (environment.ProjectSlug, environment.Slug, null),
    };

    /// <summary>An environment, or its project where there is no such environment.</summary>
    public static FoundTarget Of(ProjectRow? project, EnvironmentRow? environment) =>
        environment is null ? new() { ProjectId = project?.Id } : Of(environment);

    public static FoundTarget Of(SecretRow? secret) => secret is null ? Nothing : Nothing.Naming(secret) with
    {
        Place = (secret.ProjectSlug, secret.EnvironmentSlug, secret.Key),
    };

    /// <summary>The same target with a secret of it named.</summary>
    public FoundTarget Naming(SecretRow secret) => this with
    {
        ProjectId = secret.ProjectId,
        EnvironmentId = secret.EnvironmentId,
        SecretId = secret.Id,
        Key = secret.Key,
        Path = secret.Path,
    };

    /// <summary>The same target, seen by whoever has an action on this key of the environment.</summary>
    public FoundTarget At(string key) => Place is { } place ? this with { Place = place with { Key = key } } : this;

    /// <summary>All actions that the caller has on the target. For a project or an environment, those on anything in it count.</summary>
    public GrantActions ActionsOf(Caller caller) =>
        Place is { } place ? caller.Grants.ActionsOn(place.Project, place.Environment, place.Key) : GrantActions.None;

    /// <summary>Whether the caller has any action on the target.</summary>
    public bool IsSeenBy(Caller caller) => ActionsOf(caller) != GrantActions.None;

    /// <summary>The entry with the target named in it.</summary>
    public TrailEntry NameIn(TrailEntry entry) => Keys.Count > 0 ? NameThingIn(entry).NamingKeys(Keys) : NameThingIn(entry);

    private TrailEntry NameThingIn(TrailEntry entry) => entry with
    {
        ProjectId = ProjectId ?? entry.ProjectId,
        EnvironmentId = EnvironmentId ?? entry.EnvironmentId,
        SecretId = SecretId ?? entry.SecretId,
        Key = Key ?? entry.Key,
        Path = Path ?? entry.Path,
        TargetId = TargetId ?? entry.TargetId,
    };
}
