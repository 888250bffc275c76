using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// Hides what lies outside a caller's grants, as if it did not exist (S23). Whatever is looked up for a caller passes through
/// here and becomes <c>null</c> if the caller may not see it, so that the code after it can't treat the two cases differently.
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

    /// <summary>
    /// Whether the caller is granted any of the actions on a key of an environment, whether or not there is such a key.
    /// </summary>
    public static bool MayTouch(this Caller caller, GrantActions actions, EnvironmentRow environment, string key) =>
        caller.Grants.Allows(actions, environment.ProjectSlug, environment.Slug, key);
}
