namespace Secronna.IntegrationTests.Harness;

/// <summary>The ids and slugs that a call names. They belong to things of a workspace, or to nothing.</summary>
internal sealed record Target(
    string ProjectId, string ProjectSlug, string EnvironmentId, string EnvironmentSlug, string SecretId, string ApiKeyId, string AccessKeyId)
{
    /// <summary>Ids and slugs that are well-formed and belong to nothing.</summary>
    public static Target Absent { get; } = Of("00000000000000000000000000", "nobodys");

    /// <summary>Ids and slugs that are malformed.</summary>
    public static Target Malformed { get; } = Of("x", "No_Slug");

    /// <summary>
    /// Creates one thing of each kind in a workspace, and a secret with two versions. Each target is used for one call only.
    /// </summary>
    public static async Task<Target> NewAsync(Workspace workspace, string slug)
    {
        var environment = await workspace.NewTestEnvironmentAsync(slug, slug);
        await environment.WriteAsync("KEY");
        var secret = await environment.WriteAsync("KEY");
        var api = (await workspace.Api.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data.Text("id");
        var access = (await workspace.NewAccessKeyAsync()).Text("id");
        return new Target(environment.ProjectId, environment.ProjectSlug, environment.Id, environment.Slug, secret, api, access);
    }

    private static Target Of(string ulid, string slug) =>
        new("proj_" + ulid, slug, "env_" + ulid, slug, "sec_" + ulid, "key_" + ulid, "key_" + ulid);
}

/// <summary>The rows of the contract's table of roles.</summary>
internal enum Right
{
    /// <summary>Read what concerns the caller itself.</summary>
    Self,

    /// <summary>
    /// List and read projects and environments. An access key sees only those in which anything is granted to it. A caller
    /// that sees an environment can list its secrets, but the list may be empty.
    /// </summary>
    View,

    /// <summary>List and search secrets, and list their versions.</summary>
    List,

    /// <summary>Reveal values.</summary>
    Reveal,

    /// <summary>Write new versions.</summary>
    Write,

    /// <summary>Roll back secrets and restore environments. An access key needs the actions write and reveal for it.</summary>
    Restore,

    /// <summary>Delete secrets, and destroy versions of them.</summary>
    Delete,

    /// <summary>Read the audit trail.</summary>
    Audit,

    /// <summary>Create, rename and delete projects and environments.</summary>
    Manage,

    /// <summary>Manage KEKs and credentials.</summary>
    Keys,
}

/// <summary>How to call a route, and what the contract says of it.</summary>
/// <param name="Right">The right that it needs: its row in the table of roles.</param>
/// <param name="Path">The path and query, below the API's base.</param>
/// <param name="Body">The body, if any.</param>
/// <param name="Action">The audit action; null if the route is not audited.</param>
/// <param name="NamesTarget">Whether the call names a thing that can belong to another workspace.</param>
/// <param name="Entries">The number of audit entries after success.</param>
internal sealed record RouteCall(
    Right Right, Func<Target, string> Path, Func<Target, string>? Body = null, string? Action = null, bool NamesTarget = true, int Entries = 1)
{
    // The recorded actions that open no value, give or take no power, and delete nothing.
    private static readonly string[] Harmless =
        ["project.create", "project.update", "environment.create", "environment.update", "secret.write", "kek.rotate"];

    /// <summary>Whether the call can succeed only once a checkpoint covers the first entry of the workspace.</summary>
    public bool NeedsCheckpoint { get; init; }

    /// <summary>Whether a person needs the second factor for it, where the server requires one (S32).</summary>
    public bool NeedsSecondFactor => Action is not null && !Harmless.Contains(Action);

    public Task<Reply> SendAsync(ApiClient client, string method, Target target) =>
        client.SendAsync(method, Path(target), Body?.Invoke(target));
}

/// <summary>
/// All routes of the contract, by method and pattern. The authorisation matrix fails for a route that is missing here.
/// </summary>
internal static class RouteCalls
{
    private static readonly Func<Target, string> Name = _ => """{"name":"a new name"}""";

    public static IReadOnlyDictionary<string, RouteCall> All { get; } = new Dictionary<string, RouteCall>
    {
        ["POST /projects"] = new(Right.Manage, _ => "/projects", Name, "project.create", NamesTarget: false),
        ["GET /projects"] = new(Right.View, _ => "/projects", NamesTarget: false),
        ["GET /projects/{projectId}"] = new(Right.View, t => $"/projects/{t.ProjectId}"),
        ["PATCH /projects/{projectId}"] = new(Right.Manage, t => $"/projects/{t.ProjectId}", Name, "project.update"),
        ["DELETE /projects/{projectId}"] = new(Right.Manage, t => $"/projects/{t.ProjectId}?force=true", null, "project.delete"),
        ["GET /projects/by-slug/{projectSlug}"] = new(Right.View, t => $"/projects/by-slug/{t.ProjectSlug}"),
        ["POST /projects/{projectId}/environments"] = new(Right.Manage, t => $"/projects/{t.ProjectId}/environments", Name, "environment.create"),
        ["GET /projects/{projectId}/environments"] = new(Right.View, t => $"/projects/{t.ProjectId}/environments"),
        ["GET /projects/by-slug/{projectSlug}/environments/{envSlug}"] = new(Right.View, BySlug),
        ["GET /environments/{envId}"] = new(Right.View, t => $"/environments/{t.EnvironmentId}"),
        ["PATCH /environments/{envId}"] = new(Right.Manage, t => $"/environments/{t.EnvironmentId}", Name, "environment.update"),
        ["DELETE /environments/{envId}"] = new(Right.Manage, t => $"/environments/{t.EnvironmentId}?force=true", null, "environment.delete"),
        ["PUT /environments/{envId}/secrets"] = new(Right.Write,
            t => $"/environments/{t.EnvironmentId}/secrets", _ => """{"key":"KEY","value":"v"}""", "secret.write"),
        ["POST /environments/{envId}/secrets/batch"] = new(Right.Write,
            t => $"/environments/{t.EnvironmentId}/secrets/batch", _ => """{"secrets":[{"key":"KEY","value":"v"}]}""", "secret.write"),
        ["GET /environments/{envId}/secrets"] = new(Right.View, t => $"/environments/{t.EnvironmentId}/secrets"),
        ["GET /secrets/{secretId}"] = new(Right.List, t => $"/secrets/{t.SecretId}"),
        ["GET /projects/by-slug/{projectSlug}/environments/{envSlug}/secrets/{key}"] = new(Right.List, t => BySlug(t) + "/secrets/KEY"),
        ["GET /secrets/{secretId}/versions"] = new(Right.List, t => $"/secrets/{t.SecretId}/versions"),
        ["POST /secrets/{secretId}/rollback"] = new(Right.Restore,
            t => $"/secrets/{t.SecretId}/rollback", _ => """{"version":1}""", "secret.rollback"),
        ["POST /environments/{envId}/restore"] = new(Right.Restore,
            t => $"/environments/{t.EnvironmentId}/restore", _ => """{"at":"2020-01-01T00:00:00Z"}""", "environment.restore"),
        ["GET /environments/{envId}/history"] = new(Right.View, t => $"/environments/{t.EnvironmentId}/history"),
        ["POST /environments/{envId}/compare"] = new(Right.Reveal,
            t => $"/environments/{t.EnvironmentId}/compare", t => $$"""{"with":"{{t.EnvironmentId}}"}""", "environment.compare", Entries: 2),
        ["DELETE /secrets/{secretId}"] = new(Right.Delete, t => $"/secrets/{t.SecretId}", null, "secret.delete"),
        ["DELETE /secrets/{secretId}/versions/{version}"] = new(Right.Delete,
            t => $"/secrets/{t.SecretId}/versions/1", null, "secret.destroy"),
        ["POST /secrets/{secretId}/reveal"] = new(Right.Reveal, t => $"/secrets/{t.SecretId}/reveal", null, "secret.reveal"),
        ["POST /reveal"] = new(Right.Reveal,
            _ => "/reveal", t => $$"""{"path":"{{t.ProjectSlug}}/{{t.EnvironmentSlug}}/KEY"}""", "secret.reveal"),
        ["POST /environments/{envId}/reveal"] = new(Right.Reveal, t => $"/environments/{t.EnvironmentId}/reveal", null, "secret.reveal"),
        ["POST /projects/by-slug/{projectSlug}/environments/{envSlug}/reveal"] = new(Right.Reveal, t => BySlug(t) + "/reveal", null, "secret.reveal"),
        ["GET /search/secrets"] = new(Right.List, _ => "/search/secrets?q=KEY", NamesTarget: false),
        ["GET /audit"] = new(Right.Audit, _ => "/audit", NamesTarget: false),
        ["GET /audit/checkpoint"] = new(Right.Audit, _ => "/audit/checkpoint", NamesTarget: false),
        ["GET /audit/tile/{path}"] = new(Right.Audit, _ => "/audit/tile/0/000.p/1", NamesTarget: false) { NeedsCheckpoint = true },
        ["GET /audit/{sequence}/proof"] = new(Right.Audit, _ => "/audit/1/proof", NamesTarget: false) { NeedsCheckpoint = true },
        ["GET /audit/keys"] = new(Right.Audit, _ => "/audit/keys", NamesTarget: false),
        ["GET /environments/{envId}/reads"] = new(Right.Audit, t => $"/environments/{t.EnvironmentId}/reads"),
        ["GET /secrets/{secretId}/reads"] = new(Right.Audit, t => $"/secrets/{t.SecretId}/reads"),
        ["GET /reads"] = new(Right.Audit, _ => "/reads", NamesTarget: false),
        ["GET /projects/{projectId}/keys"] = new(Right.Keys, t => $"/projects/{t.ProjectId}/keys"),
        ["POST /projects/{projectId}/keys/rotate"] = new(Right.Keys, t => $"/projects/{t.ProjectId}/keys/rotate", null, "kek.rotate"),
        ["POST /api-keys"] = new(Right.Keys, _ => "/api-keys", Name, "api_key.create", NamesTarget: false),
        ["GET /api-keys"] = new(Right.Keys, _ => "/api-keys", NamesTarget: false),
        ["DELETE /api-keys/{id}"] = new(Right.Keys, t => $"/api-keys/{t.ApiKeyId}", null, "api_key.revoke"),
        ["GET /api-keys/{id}/made"] = new(Right.Keys, t => $"/api-keys/{t.ApiKeyId}/made"),
        ["POST /access-keys"] = new(Right.Keys, _ => "/access-keys", Name, "access_key.create", NamesTarget: false),
        ["GET /access-keys"] = new(Right.Keys, _ => "/access-keys", NamesTarget: false),
        ["PATCH /access-keys/{id}"] = new(Right.Keys, t => $"/access-keys/{t.AccessKeyId}", Name, "access_key.update"),
        ["POST /access-keys/{id}/revoke"] = new(Right.Keys, t => $"/access-keys/{t.AccessKeyId}/revoke", null, "access_key.revoke"),
        ["GET /access-keys/{id}/made"] = new(Right.Keys, t => $"/access-keys/{t.AccessKeyId}/made"),
        ["GET /me"] = new(Right.Self, _ => "/me", NamesTarget: false),
        ["GET /auth/config"] = new(Right.Self, _ => "/auth/config", NamesTarget: false),
    };

    private static string BySlug(Target target) => $"/projects/by-slug/{target.ProjectSlug}/environments/{target.EnvironmentSlug}";
}
