using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// What lies outside a caller's grants is as if it were not there (S23): what was found of it becomes null, wherever
/// something is looked up for a caller that may have grants.
/// </summary>
internal static class Visibility
{
    /// <summary>The project, if anything in it is granted.</summary>
    public static ProjectRow? VisibleTo(this ProjectRow? project, Caller caller) =>
        project is not null && caller.Grants.Allow(GrantActions.Any, project.Slug) ? project : null;

    /// <summary>The environment, if any of the actions is granted on anything in it.</summary>
    public static EnvironmentRow? VisibleTo(
        this EnvironmentRow? environment, Caller caller, GrantActions actions = GrantActions.Any) =>
        environment is not null && caller.Grants.Allow(actions, environment.ProjectSlug, environment.Slug) ? environment : null;

    /// <summary>The secret, if the action is granted on it.</summary>
    public static SecretRow? VisibleTo(this SecretRow? secret, Caller caller, GrantActions action) =>
        secret is not null && caller.Grants.Allow(action, secret.ProjectSlug, secret.EnvironmentSlug, secret.Key) ? secret : null;

    /// <summary>Whether the action is granted on a key of an environment, be it there or not.</summary>
    public static bool MayTouch(this Caller caller, GrantActions action, EnvironmentRow environment, string key) =>
        caller.Grants.Allow(action, environment.ProjectSlug, environment.Slug, key);
}
