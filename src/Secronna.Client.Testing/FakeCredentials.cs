using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>API keys, access keys, and who the caller is.</summary>
internal static class FakeCredentials
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer CreateApiKey(FakeRequest request)
    {
        var name = request.Read(FakeBodies.Name);
        request.DemandApiKey(AuditActions.ApiKeyCreate);
        var key = request.Workspace.AddCredential(ActorTypes.ApiKey, name);
        Record(request, AuditActions.ApiKeyCreate, key);
        return FakeAnswer.Created(
            new ApiKeyCreatedResponse(key.Id, key.Name, key.Prefix, key.CreatedAt, key.Token), Json.ApiKeyCreatedResponse);
    }

    public static FakeAnswer ListApiKeys(FakeRequest request)
    {
        request.DemandApiKey();
        return FakeCursors.Page(
            request, Keys(request, ActorTypes.ApiKey).Where(key => key.RevokedAt is null), key => key.Id, key => key.ToApiKey(),
            Json.ApiKeyResponse);
    }

    public static FakeAnswer DeleteApiKey(FakeRequest request)
    {
        const string Action = AuditActions.ApiKeyRevoke;
        request.DemandApiKey(Action);
        if (Find(request, ActorTypes.ApiKey) is not { RevokedAt: null } key)
        {
            throw request.Refuse(Action, FakeErrors.NotFound("API key"));
        }

        key.RevokedAt = request.Workspace.Now;
        Record(request, Action, key);
        return FakeAnswer.Of(new DeletedResponse(key.Id, true), Json.DeletedResponse);
    }

    public static FakeAnswer CreateAccessKey(FakeRequest request)
    {
        var wanted = request.Read(FakeBodies.NewAccessKey);
        request.DemandApiKey(AuditActions.AccessKeyCreate);
        var key = request.Workspace.AddCredential(ActorTypes.AccessKey, wanted.Name);
        key.ExpiresAt = ExpiryAfter(request, wanted.ExpiresInDays);
        key.Grants = new FakeGrants(wanted.Grants ?? []);
        Record(request, AuditActions.AccessKeyCreate, key);
        return FakeAnswer.Created(
            new AccessKeyCreatedResponse(key.Id, key.Name, key.Prefix, key.CreatedAt, key.ExpiresAt, key.Grants.Grants, key.Token),
            Json.AccessKeyCreatedResponse);
    }

    public static FakeAnswer ListAccessKeys(FakeRequest request)
    {
        request.DemandApiKey();
        return FakeCursors.Page(
            request, Keys(request, ActorTypes.AccessKey), key => key.Id, key => key.ToAccessKey(), Json.AccessKeyResponse);
    }

    public static FakeAnswer ChangeAccessKey(FakeRequest request)
    {
        var change = request.Read(FakeBodies.AccessKey);
        var key = RequireAccessKey(request, AuditActions.AccessKeyUpdate);
        if (key.RevokedAt is not null)
        {
            throw FakeErrors.AlreadyRevoked();
        }

        key.Name = change.Name ?? key.Name;
        key.ExpiresAt = ExpiryAfter(request, change.ExpiresInDays) ?? key.ExpiresAt;
        key.Grants = change.Grants is { } grants ? new FakeGrants(grants) : key.Grants;
        Record(request, AuditActions.AccessKeyUpdate, key);
        return FakeAnswer.Of(key.ToAccessKey(), Json.AccessKeyResponse);
    }

    /// <summary>Of one that is revoked already it says when that was.</summary>
    public static FakeAnswer RevokeAccessKey(FakeRequest request)
    {
        var key = RequireAccessKey(request, AuditActions.AccessKeyRevoke);
        if (key.RevokedAt is null)
        {
            key.RevokedAt = request.Workspace.Now;
            Record(request, AuditActions.AccessKeyRevoke, key);
        }

        return FakeAnswer.Of(new RevokedResponse(key.Id, key.RevokedAt.Value), Json.RevokedResponse);
    }

    public static FakeAnswer Me(FakeRequest request)
    {
        var caller = request.Caller;
        return FakeAnswer.Of(
            new MeResponse(caller.Kind, caller.Id, request.Workspace.Id, caller.Name, null, caller.Grants.Grants), Json.MeResponse);
    }

    public static FakeAnswer AuthConfig(FakeRequest request) =>
        FakeAnswer.Of(new AuthConfigResponse(null, null, null), Json.AuthConfigResponse);

    /// <summary>
    /// Takes from access keys the grants that name a deleted project, or environment, literally. A key that has no other is
    /// revoked, since without grants it would have all.
    /// </summary>
    public static void DropGrants(FakeRequest request, string project, string? environment)
    {
        foreach (var key in Keys(request, ActorTypes.AccessKey).Where(key => key.RevokedAt is null))
        {
            var left = key.Grants.Without(project, environment);
            if (left.Grants.Count == key.Grants.Grants.Count)
            {
                continue;
            }

            if (left.Grants.Count > 0)
            {
                key.Grants = left;
                Record(request, AuditActions.AccessKeyUpdate, key);
            }
            else
            {
                key.RevokedAt = request.Workspace.Now;
                Record(request, AuditActions.AccessKeyRevoke, key);
            }
        }
    }

    private static FakeCredential RequireAccessKey(FakeRequest request, string action)
    {
        request.DemandApiKey(action);
        return Find(request, ActorTypes.AccessKey) ?? throw request.Refuse(action, FakeErrors.NotFound("access key"));
    }

    private static IEnumerable<FakeCredential> Keys(FakeRequest request, string kind) =>
        request.Workspace.Credentials.Where(key => key.Kind == kind);

    private static FakeCredential? Find(FakeRequest request, string kind) =>
        Keys(request, kind).FirstOrDefault(key => key.Id == request.Part("id"));

    private static void Record(FakeRequest request, string action, FakeCredential key) =>
        request.Record(action, new AuditMetadata { TargetId = key.Id, Name = key.Name });

    private static Instant? ExpiryAfter(FakeRequest request, int? days) =>
        days is { } count ? Instant.From(request.Workspace.Now.ToDateTimeOffset().AddDays(count)) : null;
}
