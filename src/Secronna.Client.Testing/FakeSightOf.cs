using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>What a request's caller sees: what lies outside of its grants is as if it were not there.</summary>
internal static class FakeSightOf
{
    public static bool Sees(this FakeRequest request, FakeProject project) =>
        request.Caller.Grants.Allow(GrantActionNames.All, project.Slug);

    /// <summary>Whether one of the actions, or without any whichever, is granted on anything in an environment.</summary>
    public static bool Sees(this FakeRequest request, FakeEnvironment environment, params string[] actions) =>
        request.Caller.Grants.Allow(actions.Length == 0 ? GrantActionNames.All : actions, environment.Project.Slug, environment.Slug);

    /// <summary>Whether one of the actions is granted on a key of an environment, be it there or not.</summary>
    public static bool May(this FakeRequest request, FakeEnvironment environment, string key, params string[] actions) =>
        request.Caller.Grants.Allow(actions, environment.Project.Slug, environment.Slug, key);

    public static bool May(this FakeRequest request, FakeSecret secret, params string[] actions) =>
        request.May(secret.Environment, secret.Key, actions);

    public static FakeProject Project(this FakeRequest request) =>
        request.Workspace.FindProject(request.Part("projectId")) is { } project && request.Sees(project)
            ? project
            : throw FakeErrors.NotFound("project");

    public static FakeEnvironment Environment(this FakeRequest request) =>
        request.Workspace.FindEnvironment(request.Part("envId")) is { } environment && request.Sees(environment)
            ? environment
            : throw FakeErrors.NotFound("environment");

    /// <summary>The environment of an operation that is on record, as its refusal is.</summary>
    public static FakeEnvironment Environment(this FakeRequest request, string action, params string[] grants)
    {
        var found = request.Workspace.FindEnvironment(request.Part("envId"));
        return request.Require(found, action, grants);
    }

    /// <summary>An environment, where each of the actions is granted on anything in it.</summary>
    public static FakeEnvironment Require(
        this FakeRequest request, FakeEnvironment? found, string action, string[] grants, string what = "environment") =>
        found is not null && grants.All(grant => request.Sees(found, grant))
            ? found
            : throw request.Refuse(action, FakeErrors.NotFound(what), FakeAudit.About(found));

    /// <summary>The secret of the path, where it may be listed.</summary>
    public static FakeSecret Secret(this FakeRequest request) =>
        request.Workspace.FindSecret(request.Part("secretId")) is { } secret && request.May(secret, GrantActionNames.List)
            ? secret
            : throw FakeErrors.NotFound("secret");

    /// <summary>The secret of an operation that is on record, where each of the actions is granted on it.</summary>
    public static FakeSecret Secret(this FakeRequest request, string action, params string[] grants)
    {
        var found = request.Workspace.FindSecret(request.Part("secretId"));
        return found is not null && grants.All(grant => request.May(found, grant))
            ? found
            : throw request.SecretNotFound(action, found);
    }

    /// <summary>Of a secret on which the operation is granted.</summary>
    public static FakeError VersionNotFound(this FakeRequest request, string action, FakeSecret found) =>
        request.Refuse(action, FakeErrors.NotFound("version"), FakeAudit.About(found, null));

    private static FakeError SecretNotFound(this FakeRequest request, string action, FakeSecret? found) => request.Refuse(
        action, FakeErrors.NotFound("secret"), found is null ? null : FakeAudit.About(found, null));
}
