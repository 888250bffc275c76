namespace Secronna.IntegrationTests.Harness;

/// <summary>What a call aims at: things of a workspace, or of none.</summary>
internal sealed record Target(
    string ProjectId, string ProjectSlug, string EnvironmentId, string EnvironmentSlug, string SecretId, string ApiKeyId, string AccessKeyId)
{
    /// <summary>Of the right form, and of nobody.</summary>
    public static Target Absent { get; } = Of("00000000000000000000000000", "nobodys");

    /// <summary>Not of the form of an id.</summary>
    public static Target Malformed { get; } = Of("x", "No_Slug");

    /// <summary>New things in a workspace, not used by any other call.</summary>
    public static async Task<Target> NewAsync(Workspace workspace, string slug)
    {
        var place = await workspace.NewPlaceAsync(slug, slug);
        var secret = await place.WriteAsync("KEY");
        var api = (await workspace.Api.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data.Text("id");
        var access = (await workspace.NewAccessKeyAsync()).Text("id");
        return new Target(place.ProjectId, place.ProjectSlug, place.EnvironmentId, place.EnvironmentSlug, secret, api, access);
    }

    private static Target Of(string ulid, string slug) =>
        new("proj_" + ulid, slug, "env_" + ulid, slug, "sec_" + ulid, "key_" + ulid, "key_" + ulid);
}

/// <summary>The lines of the contract's table of roles.</summary>
internal enum Right
{
    /// <summary>What is about the caller itself.</summary>
    Self,

    /// <summary>
    /// Projects and environments: list and look; for an access key, where anything in them is granted. An environment's
    /// list of secrets is there with it, and may be empty.
    /// </summary>
    Look,

    /// <summary>Secrets: list, search, versions.</summary>
    List,

    /// <summary>Read values back.</summary>
    Reveal,

    /// <summary>Mint versions.</summary>
    Write,

    /// <summary>Give secrets earlier values again: for an access key, write and reveal.</summary>
    BringBack,

    /// <summary>Delete secrets.</summary>
    Delete,

    /// <summary>Read the audit trail.</summary>
    Audit,

    /// <summary>Create, rename, delete projects and environments.</summary>
    Manage,

    /// <summary>KEKs and credentials.</summary>
    Keys,
}

/// <summary>How a route is called, and what must hold of it by the contract.</summary>
/// <param name="Right">Its line in the table of roles.</param>
/// <param name="Path">The path and query, after the base.</param>
/// <param name="Body">The body, if any.</param>
/// <param name="Action">Its action in the audit trail; null where it is not audited.</param>
/// <param name="IsAimed">Whether it names something that may be another workspace's.</param>
/// <param name="Entries">How many entries it leaves when it is done.</param>
internal sealed record RouteCall(
    Right Right, Func<Target, string> Path, Func<Target, string>? Body = null, string? Action = null, bool IsAimed = true, int Entries = 1)
{
    public Task<Reply> SendAsync(ApiClient client, string method, Target target) =>
        client.SendAsync(method, Path(target), Body?.Invoke(target));
}

/// <summary>Every route of the contract. A route that is not here fails the matrix.</summary>
internal static class RouteCalls
{
    private static readonly Func<Target, string> Name = _ => """{"name":"a new name"}""";

    public static IReadOnlyDictionary<string, RouteCall> All { get; } = new Dictionary<string, RouteCall>
    {
        ["POST /projects"] = new(Right.Manage, _ => "/projects", Name, "project.create", IsAimed: false),
        ["GET /projects"] = new(Right.Look, _ => "/projects", IsAimed: false),
        ["GET /projects/{projectId}"] = new(Right.Look, t => $"/projects/{t.ProjectId}"),
        ["PATCH /projects/{projectId}"] = new(Right.Manage, t => $"/projects/{t.ProjectId}", Name, "project.update"),
        ["DELETE /projects/{projectId}"] = new(Right.Manage, t => $"/projects/{t.ProjectId}?force=true", null, "project.delete"),
        ["GET /projects/by-slug/{projectSlug}"] = new(Right.Look, t => $"/projects/by-slug/{t.ProjectSlug}"),
        ["POST /projects/{projectId}/environments"] = new(Right.Manage, t => $"/projects/{t.ProjectId}/environments", Name, "environment.create"),
        ["GET /projects/{projectId}/environments"] = new(Right.Look, t => $"/projects/{t.ProjectId}/environments"),
        ["GET /projects/by-slug/{projectSlug}/environments/{envSlug}"] = new(Right.Look, BySlug),
        ["GET /environments/{envId}"] = new(Right.Look, t => $"/environments/{t.EnvironmentId}"),
        ["PATCH /environments/{envId}"] = new(Right.Manage, t => $"/environments/{t.EnvironmentId}", Name, "environment.update"),
        ["DELETE /environments/{envId}"] = new(Right.Manage, t => $"/environments/{t.EnvironmentId}?force=true", null, "environment.delete"),
        ["PUT /environments/{envId}/secrets"] = new(Right.Write,
            t => $"/environments/{t.EnvironmentId}/secrets", _ => """{"key":"KEY","value":"v"}""", "secret.write"),
        ["POST /environments/{envId}/secrets/batch"] = new(Right.Write,
            t => $"/environments/{t.EnvironmentId}/secrets/batch", _ => """{"secrets":[{"key":"KEY","value":"v"}]}""", "secret.write"),
        ["GET /environments/{envId}/secrets"] = new(Right.Look, t => $"/environments/{t.EnvironmentId}/secrets"),
        ["GET /secrets/{secretId}"] = new(Right.List, t => $"/secrets/{t.SecretId}"),
        ["GET /projects/by-slug/{projectSlug}/environments/{envSlug}/secrets/{key}"] = new(Right.List, t => BySlug(t) + "/secrets/KEY"),
        ["GET /secrets/{secretId}/versions"] = new(Right.List, t => $"/secrets/{t.SecretId}/versions"),
        ["POST /secrets/{secretId}/rollback"] = new(Right.BringBack,
            t => $"/secrets/{t.SecretId}/rollback", _ => """{"version":1}""", "secret.rollback"),
        ["POST /environments/{envId}/restore"] = new(Right.BringBack,
            t => $"/environments/{t.EnvironmentId}/restore", _ => """{"at":"2020-01-01T00:00:00Z"}""", "environment.restore"),
        ["GET /environments/{envId}/history"] = new(Right.Look, t => $"/environments/{t.EnvironmentId}/history"),
        ["POST /environments/{envId}/compare"] = new(Right.Reveal,
            t => $"/environments/{t.EnvironmentId}/compare", t => $$"""{"with":"{{t.EnvironmentId}}"}""", "environment.compare", Entries: 2),
        ["DELETE /secrets/{secretId}"] = new(Right.Delete, t => $"/secrets/{t.SecretId}", null, "secret.delete"),
        ["POST /secrets/{secretId}/reveal"] = new(Right.Reveal, t => $"/secrets/{t.SecretId}/reveal", null, "secret.reveal"),
        ["POST /reveal"] = new(Right.Reveal,
            _ => "/reveal", t => $$"""{"path":"{{t.ProjectSlug}}/{{t.EnvironmentSlug}}/KEY"}""", "secret.reveal"),
        ["POST /environments/{envId}/reveal"] = new(Right.Reveal, t => $"/environments/{t.EnvironmentId}/reveal", null, "secret.reveal"),
        ["POST /projects/by-slug/{projectSlug}/environments/{envSlug}/reveal"] = new(Right.Reveal, t => BySlug(t) + "/reveal", null, "secret.reveal"),
        ["GET /search/secrets"] = new(Right.List, _ => "/search/secrets?q=KEY", IsAimed: false),
        ["GET /audit"] = new(Right.Audit, _ => "/audit", IsAimed: false),
        ["GET /projects/{projectId}/keys"] = new(Right.Keys, t => $"/projects/{t.ProjectId}/keys"),
        ["POST /projects/{projectId}/keys/rotate"] = new(Right.Keys, t => $"/projects/{t.ProjectId}/keys/rotate", null, "kek.rotate"),
        ["POST /api-keys"] = new(Right.Keys, _ => "/api-keys", Name, "api_key.create", IsAimed: false),
        ["GET /api-keys"] = new(Right.Keys, _ => "/api-keys", IsAimed: false),
        ["DELETE /api-keys/{id}"] = new(Right.Keys, t => $"/api-keys/{t.ApiKeyId}", null, "api_key.revoke"),
        ["POST /access-keys"] = new(Right.Keys, _ => "/access-keys", Name, "access_key.create", IsAimed: false),
        ["GET /access-keys"] = new(Right.Keys, _ => "/access-keys", IsAimed: false),
        ["PATCH /access-keys/{id}"] = new(Right.Keys, t => $"/access-keys/{t.AccessKeyId}", Name, "access_key.update"),
        ["POST /access-keys/{id}/revoke"] = new(Right.Keys, t => $"/access-keys/{t.AccessKeyId}/revoke", null, "access_key.revoke"),
        ["GET /me"] = new(Right.Self, _ => "/me", IsAimed: false),
        ["GET /auth/config"] = new(Right.Self, _ => "/auth/config", IsAimed: false),
    };

    private static string BySlug(Target target) => $"/projects/by-slug/{target.ProjectSlug}/environments/{target.EnvironmentSlug}";
}
