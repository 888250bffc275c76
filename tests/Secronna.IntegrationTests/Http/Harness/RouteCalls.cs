namespace Secronna.IntegrationTests.Http;

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

/// <summary>How a route is called, and what must hold of it by the contract.</summary>
/// <param name="Path">The path and query, after the base.</param>
/// <param name="Body">The body, if any.</param>
/// <param name="Action">Its action in the audit trail; null where it is not audited.</param>
/// <param name="Access">Whether an access key may do this kind of thing.</param>
/// <param name="IsAimed">Whether it names something that may be another workspace's.</param>
internal sealed record RouteCall(
    Func<Target, string> Path, Func<Target, string>? Body = null, string? Action = null, bool Access = false, bool IsAimed = true)
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
        ["POST /projects"] = new(_ => "/projects", Name, "project.create", IsAimed: false),
        ["GET /projects"] = new(_ => "/projects", Access: true, IsAimed: false),
        ["GET /projects/{projectId}"] = new(t => $"/projects/{t.ProjectId}", Access: true),
        ["PATCH /projects/{projectId}"] = new(t => $"/projects/{t.ProjectId}", Name, "project.update"),
        ["DELETE /projects/{projectId}"] = new(t => $"/projects/{t.ProjectId}?force=true", null, "project.delete"),
        ["GET /projects/by-slug/{projectSlug}"] = new(t => $"/projects/by-slug/{t.ProjectSlug}", Access: true),
        ["POST /projects/{projectId}/environments"] = new(t => $"/projects/{t.ProjectId}/environments", Name, "environment.create"),
        ["GET /projects/{projectId}/environments"] = new(t => $"/projects/{t.ProjectId}/environments", Access: true),
        ["GET /projects/by-slug/{projectSlug}/environments/{envSlug}"] = new(BySlug, Access: true),
        ["GET /environments/{envId}"] = new(t => $"/environments/{t.EnvironmentId}", Access: true),
        ["PATCH /environments/{envId}"] = new(t => $"/environments/{t.EnvironmentId}", Name, "environment.update"),
        ["DELETE /environments/{envId}"] = new(t => $"/environments/{t.EnvironmentId}?force=true", null, "environment.delete"),
        ["PUT /environments/{envId}/secrets"] = new(
            t => $"/environments/{t.EnvironmentId}/secrets", _ => """{"key":"KEY","value":"v"}""", "secret.write", Access: true),
        ["POST /environments/{envId}/secrets/batch"] = new(
            t => $"/environments/{t.EnvironmentId}/secrets/batch", _ => """{"secrets":[{"key":"KEY","value":"v"}]}""", "secret.write", Access: true),
        ["GET /environments/{envId}/secrets"] = new(t => $"/environments/{t.EnvironmentId}/secrets", Access: true),
        ["GET /secrets/{secretId}"] = new(t => $"/secrets/{t.SecretId}", Access: true),
        ["GET /projects/by-slug/{projectSlug}/environments/{envSlug}/secrets/{key}"] = new(t => BySlug(t) + "/secrets/KEY", Access: true),
        ["GET /secrets/{secretId}/versions"] = new(t => $"/secrets/{t.SecretId}/versions", Access: true),
        ["DELETE /secrets/{secretId}"] = new(t => $"/secrets/{t.SecretId}", null, "secret.delete", Access: true),
        ["POST /secrets/{secretId}/reveal"] = new(t => $"/secrets/{t.SecretId}/reveal", null, "secret.reveal", Access: true),
        ["POST /reveal"] = new(
            _ => "/reveal", t => $$"""{"path":"{{t.ProjectSlug}}/{{t.EnvironmentSlug}}/KEY"}""", "secret.reveal", Access: true),
        ["POST /environments/{envId}/reveal"] = new(t => $"/environments/{t.EnvironmentId}/reveal", null, "secret.reveal", Access: true),
        ["POST /projects/by-slug/{projectSlug}/environments/{envSlug}/reveal"] = new(t => BySlug(t) + "/reveal", null, "secret.reveal", Access: true),
        ["GET /search/secrets"] = new(_ => "/search/secrets?q=KEY", Access: true, IsAimed: false),
        ["GET /audit"] = new(_ => "/audit", IsAimed: false),
        ["GET /projects/{projectId}/keys"] = new(t => $"/projects/{t.ProjectId}/keys"),
        ["POST /projects/{projectId}/keys/rotate"] = new(t => $"/projects/{t.ProjectId}/keys/rotate", null, "kek.rotate"),
        ["POST /api-keys"] = new(_ => "/api-keys", Name, "api_key.create", IsAimed: false),
        ["GET /api-keys"] = new(_ => "/api-keys", IsAimed: false),
        ["DELETE /api-keys/{id}"] = new(t => $"/api-keys/{t.ApiKeyId}", null, "api_key.revoke"),
        ["POST /access-keys"] = new(_ => "/access-keys", Name, "access_key.create", IsAimed: false),
        ["GET /access-keys"] = new(_ => "/access-keys", IsAimed: false),
        ["PATCH /access-keys/{id}"] = new(t => $"/access-keys/{t.AccessKeyId}", Name, "access_key.update"),
        ["POST /access-keys/{id}/revoke"] = new(t => $"/access-keys/{t.AccessKeyId}/revoke", null, "access_key.revoke"),
        ["GET /me"] = new(_ => "/me", Access: true, IsAimed: false),
        ["GET /auth/config"] = new(_ => "/auth/config", Access: true, IsAimed: false),
    };

    private static string BySlug(Target target) => $"/projects/by-slug/{target.ProjectSlug}/environments/{target.EnvironmentSlug}";
}
