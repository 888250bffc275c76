using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>
/// Finds the project, environment or secret that a request names, if its caller may see it. Everything outside the caller's
/// grants looks absent.
/// </summary>
internal static class FakeAuthorization
{
    /// <exception cref="FakeError">
    /// FORBIDDEN: the caller is an access key. If the action is audited, the refusal leaves an audit entry.
    /// </exception>
    public static void DemandApiKey(this FakeRequest request, string? action = null)
    {
        if (!request.Caller.IsApiKey)
        {
            throw action is null ? FakeErrors.Forbidden() : request.RecordRefusal(action, FakeErrors.Forbidden());
        }
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
    /// The environment of an audited operation that only API keys may use. The operation has already checked the caller.
    /// </summary>
    public static FakeEnvironment FindEnvironment(this FakeRequest request, string action) =>
        request.Require(request.Workspace.FindEnvironment(request.PathVariable("envId")), action, []);

    /// <summary>
    /// The found environment, if each of the actions in <paramref name="grants"/> is granted on something in it. A refusal leaves
    /// an audit entry.
    /// </summary>
    public static FakeEnvironment Require(
        this FakeRequest request, FakeEnvironment? found, string action, string[] grants, string what = "environment") =>
        found is not null && grants.All(grant => request.CallerSees(found, grant))
            ? found
            : throw request.RecordRefusal(action, FakeErrors.NotFound(what), FakeAudit.About(found));

    /// <summary>The secret of the path, if it may be listed.</summary>
    public static FakeSecret FindSecret(this FakeRequest request) =>
        request.Workspace.FindSecret(request.PathVariable("secretId")) is { } secret && request.CallerMay(secret, GrantActionNames.List)
            ? secret
            : throw FakeErrors.NotFound("secret");

    /// <summary>
    /// The secret of an audited operation, if each of the actions in <paramref name="grants"/> is granted on it. A refusal leaves
    /// an audit entry.
    /// </summary>
    public static FakeSecret FindSecret(this FakeRequest request, string action, params string[] grants)
    {
        var found = request.Workspace.FindSecret(request.PathVariable("secretId"));
        return found is not null && grants.All(grant => request.CallerMay(found, grant))
            ? found
            : throw request.RecordRefusal(action, FakeErrors.NotFound("secret"), found is null ? null : FakeAudit.About(found, null));
    }

    /// <summary>A version of a secret that the caller may use. A refusal leaves an audit entry.</summary>
    public static FakeSecretVersion FindVersion(this FakeRequest request, string action, FakeSecret secret, int number) =>
        secret.Versions.Find(version => version.Number == number && version.DestroyedAt is null)
            ?? throw request.RecordRefusal(action, FakeErrors.NotFound("version"), FakeAudit.About(secret, null));
}
