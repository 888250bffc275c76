using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>
/// Finds the project, environment or secret that a request names, if its caller may do the operation on it. What the caller has
/// no action on looks absent; where it has another action it is told which one is missing.
/// </summary>
internal static class FakeAuthorization
{
    private const string Managers = "admin or owner";

    /// <exception cref="FakeError">
    /// FORBIDDEN: the caller is an access key. If the action is audited, the refusal leaves an audit entry.
    /// </exception>
    public static void DemandApiKey(
        this FakeRequest request, string? action = null, AuditMetadata? about = null, string roles = Managers) =>
        request.DemandApiKey(action, about, FakeErrors.RoleMissing(roles));

    /// <summary>Requires an API key for an operation on a project. An access key that does not see it is told nothing.</summary>
    public static FakeProject? DemandApiKeyFor(this FakeRequest request, FakeProject? found, string? action)
    {
        request.DemandApiKey(
            action, new AuditMetadata { ProjectId = found?.Id },
            found is not null && request.CallerSees(found) ? FakeErrors.RoleMissing(Managers) : FakeErrors.NotFound("project"));
        return found;
    }

    /// <summary>Requires an API key for an operation on the environment of the path, and finds the environment.</summary>
    public static FakeEnvironment DemandApiKeyForEnvironment(this FakeRequest request, string action)
    {
        var found = request.Workspace.FindEnvironment(request.PathVariable("envId"));
        request.DemandApiKey(
            action, FakeAudit.About(found),
            found is not null && request.CallerSees(found) ? FakeErrors.RoleMissing(Managers) : FakeErrors.NotFound("environment"));
        return request.Require(found, action, []);
    }

    public static bool CallerSees(this FakeRequest request, FakeProject project) =>
        request.Caller.Grants.Allow(GrantActionNames.All, project.Slug);

    /// <summary>Whether one of the actions (any action, if none is named) is granted on something in an environment.</summary>
    public static bool CallerSees(this FakeRequest request, FakeEnvironment environment, params string[] actions) =>
        request.Caller.Grants.Allow(actions.Length == 0 ? GrantActionNames.All : actions, environment.Project.Slug, environment.Slug);

    /// <summary>Whether one of the actions is granted on a key of an environment. The key need not exist.</summary>
    public static bool CallerMay(this FakeRequest request, FakeEnvironment environment, string key, params string[] actions) =>
        request.Caller.Grants.Allow(actions, environment.Project.Slug, environment.Slug, key);

    public static bool CallerMay(this FakeRequest request, FakeSecret secret, params string[] actions) =>
        request.CallerMay(secret.Environment, secret.Key, actions);

    public static FakeProject FindProject(this FakeRequest request) =>
        request.Workspace.FindProject(request.PathVariable("projectId")) is { } project && request.CallerSees(project)
            ? project
            : throw FakeErrors.NotFound("project");

    public static FakeEnvironment FindEnvironment(this FakeRequest request) =>
        request.Workspace.FindEnvironment(request.PathVariable("envId")) is { } environment && request.CallerSees(environment)
            ? environment
            : throw FakeErrors.NotFound("environment");

    /// <summary>
    /// The found environment, if each of the actions in <paramref name="grants"/> is granted on something in it. A refusal leaves
    /// an audit entry.
    /// </summary>
    public static FakeEnvironment Require(
        this FakeRequest request, FakeEnvironment? found, string action, string[] grants, string what = "environment",
        AuditMetadata? about = null) =>
        found is not null && grants.All(grant => request.CallerSees(found, grant))
            ? found
            : throw request.RecordRefusal(
                action,
                Refusal(
                    grants, found is null ? [] : request.Caller.Grants.ActionsOn(found.Project.Slug, found.Slug), what,
                    $"in {found?.Project.Slug}/{found?.Slug}"),
                about ?? FakeAudit.About(found));

    /// <summary>The secret of the path, if it may be listed.</summary>
    public static FakeSecret FindSecret(this FakeRequest request)
    {
        var found = request.Workspace.FindSecret(request.PathVariable("secretId"));
        return found is not null && request.CallerMay(found, GrantActionNames.List)
            ? found
            : throw request.RefusalOn(found, GrantActionNames.List);
    }

    /// <summary>
    /// The secret of an audited operation, if each of the actions in <paramref name="grants"/> is granted on it. A refusal leaves
    /// an audit entry.
    /// </summary>
    public static FakeSecret FindSecret(this FakeRequest request, string action, params string[] grants)
    {
        var found = request.Workspace.FindSecret(request.PathVariable("secretId"));
        return found is not null && grants.All(grant => request.CallerMay(found, grant))
            ? found
            : throw request.RecordRefusal(
                action, request.RefusalOn(found, grants), found is null ? null : FakeAudit.About(found, null));
    }

    /// <summary>A version of a secret that the caller may use. A refusal leaves an audit entry.</summary>
    public static FakeSecretVersion FindVersion(this FakeRequest request, string action, FakeSecret secret, int number) =>
        secret.Versions.Find(version => version.Number == number && version.DestroyedAt is null)
            ?? throw request.RecordRefusal(action, FakeErrors.NotFound("version"), FakeAudit.About(secret, null));

    /// <summary>
    /// The refusal of an operation on a secret that the request named by its path. It depends on the grants alone, and not on
    /// whether there is a secret with this key.
    /// </summary>
    public static FakeError RefusalOn(this FakeRequest request, FakeEnvironment? environment, string key, string grant) => Refusal(
        [grant], environment is null ? [] : request.ActionsOn(environment, key), "secret",
        $"on {environment?.Project.Slug}/{environment?.Slug}/{key}");

    /// <summary>The refusal of an operation on keys of an environment that the caller sees.</summary>
    public static FakeError RefusalOnKeys(
        this FakeRequest request, FakeEnvironment environment, IReadOnlyList<string> keys, string grant)
    {
        var path = $"{environment.Project.Slug}/{environment.Slug}";
        return keys is [var only]
            ? FakeErrors.ActionMissing([grant], $"on {path}/{only}", request.ActionsOn(environment, only))
            : FakeErrors.ActionMissing(
                grant, $"in {path} on these keys", [.. keys.Select(key => (key, request.ActionsOn(environment, key)))]);
    }

    /// <summary>
    /// The answer to the first request, if this request repeats it. A request with another body is refused, which leaves an audit
    /// entry.
    /// </summary>
    public static T? FindFirstAnswer<T>(this FakeRequest request, string action, AuditMetadata about)
        where T : class
    {
        try
        {
            return request.FindFirstAnswer<T>();
        }
        catch (FakeError refused)
        {
            throw request.RecordRefusal(action, refused, about);
        }
    }

    private static void DemandApiKey(this FakeRequest request, string? action, AuditMetadata? about, FakeError refusal)
    {
        if (!request.Caller.IsApiKey)
        {
            throw action is null ? refusal : request.RecordRefusal(action, refusal, about);
        }
    }

    private static IReadOnlyList<string> ActionsOn(this FakeRequest request, FakeEnvironment environment, string key) =>
        request.Caller.Grants.ActionsOn(environment.Project.Slug, environment.Slug, key);

    private static FakeError RefusalOn(this FakeRequest request, FakeSecret? secret, params string[] grants)
    {
        var has = secret is null ? [] : request.ActionsOn(secret.Environment, secret.Key);
        var isNamed = has.Contains(GrantActionNames.List) || has.Contains(GrantActionNames.Reveal);
        return Refusal(grants, has, "secret", isNamed ? $"on {secret!.Path}" : "on this secret");
    }

    private static FakeError Refusal(IReadOnlyList<string> needed, IReadOnlyList<string> has, string thing, string place)
    {
        string[] missing = [.. GrantActionNames.All.Where(action => needed.Contains(action) && !has.Contains(action))];
        return has.Count == 0 || missing.Length == 0
            ? FakeErrors.NotFound(thing)
            : FakeErrors.ActionMissing(missing, place, has);
    }
}
