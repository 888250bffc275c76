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

    /// <summary>
    /// Refuses an operation on a secret. A caller without any action on it is told that it is not found, exactly as if it did not
    /// exist; a caller with another action is told which one is missing.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="needed">The actions that the operation needs.</param>
    /// <param name="secret">The secret; <c>null</c> if there is none.</param>
    public static RequestException RefusalOn(this Caller caller, GrantActions needed, SecretRow? secret)
    {
        var has = secret is null
            ? GrantActions.None
            : caller.Grants.ActionsOn(secret.ProjectSlug, secret.EnvironmentSlug, secret.Key);
        // Who may only write or delete is not told the key of an id.
        var place = (has & (GrantActions.List | GrantActions.Reveal)) != 0 ? $"on {secret!.Path}" : "on this secret";
        return Refusal(needed, has, "secret", place);
    }

    /// <summary>
    /// Refuses an operation on a secret that the caller named by its path. If the caller has an action on the key, the answer
    /// depends on its grants alone, and not on whether there is a secret with this key.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="needed">The actions that the operation needs.</param>
    /// <param name="environment">The environment; <c>null</c> if there is none.</param>
    /// <param name="key">The key.</param>
    public static RequestException RefusalOn(this Caller caller, GrantActions needed, EnvironmentRow? environment, string key) => Refusal(
        needed, environment is null ? GrantActions.None : caller.ActionsOn(environment, key), "secret",
        $"on {environment?.ProjectSlug}/{environment?.Slug}/{key}");

    /// <summary>Refuses an operation whose actions the caller is granted nowhere.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="needed">The actions that the operation needs.</param>
    /// <param name="found">The target, as far as the caller's workspace has it.</param>
    /// <param name="thing">What kind of thing the target is.</param>
    public static RequestException RefusalOn(this Caller caller, GrantActions needed, FoundTarget found, string thing) =>
        Refusal(needed, found.ActionsOf(caller), thing, $"on this {thing}");

    /// <summary>Refuses an operation in an environment.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="needed">The actions that the operation needs.</param>
    /// <param name="environment">The environment; <c>null</c> if there is none.</param>
    /// <param name="thing">What the message calls the environment if it is not found.</param>
    public static RequestException RefusalIn(
        this Caller caller, GrantActions needed, EnvironmentRow? environment, string thing = "environment") => Refusal(
        needed, environment is null ? GrantActions.None : caller.Grants.ActionsOn(environment.ProjectSlug, environment.Slug), thing,
        $"in {environment?.ProjectSlug}/{environment?.Slug}");

    /// <summary>
    /// Refuses an operation on keys of an environment that the caller sees. The answer depends on the caller's grants alone, and
    /// not on which of the keys exist.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="needed">The action that the operation needs.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="keys">The keys on which the caller lacks the action, at least one.</param>
    public static RequestException RefusalOnKeys(
        this Caller caller, GrantActions needed, EnvironmentRow environment, IReadOnlyList<string> keys) => keys is [var only]
        ? Errors.ActionMissing(needed, $"on {environment.ProjectSlug}/{environment.Slug}/{only}", caller.ActionsOn(environment, only))
        : Errors.ActionMissing(
            needed, $"in {environment.ProjectSlug}/{environment.Slug} on these keys",
            [.. keys.Select(key => (key, caller.ActionsOn(environment, key)))]);

    /// <summary>All actions that the caller is granted on a key of an environment. The key need not exist.</summary>
    public static GrantActions ActionsOn(this Caller caller, EnvironmentRow environment, string key) =>
        caller.Grants.ActionsOn(environment.ProjectSlug, environment.Slug, key);

    /// <summary>Whether the caller is granted any of the actions on a key of an environment. The key need not exist.</summary>
    public static bool MayTouch(this Caller caller, GrantActions actions, EnvironmentRow environment, string key) =>
        caller.Grants.Allows(actions, environment.ProjectSlug, environment.Slug, key);

    // The one place that decides between "not there" and "not this". What has every action and is refused all the same is not
    // there: it was deleted meanwhile.
    private static RequestException Refusal(GrantActions needed, GrantActions has, string thing, string place) =>
        has == GrantActions.None || (needed & ~has) == GrantActions.None
            ? Errors.NotFound(thing)
            : Errors.ActionMissing(needed & ~has, place, has);
}
