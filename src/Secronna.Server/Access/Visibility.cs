using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Hides what lies outside a caller's grants, as if it did not exist (S23). Everything that is looked up for a caller passes
/// through here. It becomes <c>null</c> if the caller may not see it, so the code that follows can't treat a hidden thing
/// differently from a missing one.
/// </summary>
internal static class Visibility
{
    /// <summary>The project, if the caller is granted any action in it; otherwise <c>null</c>.</summary>
    public static ProjectRow? VisibleTo(this ProjectRow? project, Caller caller) =>
        project is not null && caller.Grants.Allows(GrantActions.Any, project.Slug) ? project : null;

    /// <summary>The environment, if the caller is granted any of the actions on anything in it; otherwise <c>null</c>.</summary>
    public static EnvironmentRow? VisibleTo(
        this EnvironmentRow? environment, Caller caller, GrantActions actions = GrantActions.Any) =>
        environment is not null && caller.Grants.Allows(actions, environment.ProjectSlug, environment.Slug) ? environment : null;

    /// <summary>The secret, if the caller is granted any of the actions on it; otherwise <c>null</c>.</summary>
    public static SecretRow? VisibleTo(this SecretRow? secret, Caller caller, GrantActions actions) =>
        secret is not null && caller.Grants.Allows(actions, secret.ProjectSlug, secret.EnvironmentSlug, secret.Key) ? secret : null;

    /// <summary>Whether the caller is granted any of the actions on a key of an environment. The key need not exist.</summary>
    public static bool MayTouch(this Caller caller, GrantActions actions, EnvironmentRow environment, string key) =>
        caller.Grants.Allows(actions, environment.ProjectSlug, environment.Slug, key);
}
