using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>The operations on access keys.</summary>
internal static class FakeAccessKeys
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Create(FakeRequest request)
    {
        var wanted = request.ReadBody(FakeAccessKeyBodies.Create);
        request.DemandApiKey(AuditActions.AccessKeyCreate);
        var key = request.Workspace.AddCredential(ActorTypes.AccessKey, wanted.Name);
        key.ExpiresAt = ExpiryAfter(request, wanted.ExpiresInDays);
        key.Grants = new FakeGrants(wanted.Grants ?? []);
        FakeCredentials.Record(request, AuditActions.AccessKeyCreate, key);
        return FakeAnswer.Created(
            new AccessKeyCreatedResponse(key.Id, key.Name, key.Prefix, key.CreatedAt, key.ExpiresAt, key.Grants.Grants, key.Token),
            Json.AccessKeyCreatedResponse);
    }

    /// <summary>Lists the keys, revoked ones included.</summary>
    public static FakeAnswer List(FakeRequest request)
    {
        request.DemandApiKey();
        return FakePages.Page(
            request, FakeCredentials.OfKind(request, ActorTypes.AccessKey), key => key.Id, key => key.ToAccessKey(),
            Json.AccessKeyResponse);
    }

    public static FakeAnswer Change(FakeRequest request)
    {
        var change = request.ReadBody(FakeAccessKeyBodies.Change);
        var key = Require(request, AuditActions.AccessKeyUpdate);
        if (key.RevokedAt is not null)
        {
            throw FakeErrors.AlreadyRevoked();
        }

        key.Name = change.Name ?? key.Name;
        key.ExpiresAt = ExpiryAfter(request, change.ExpiresInDays) ?? key.ExpiresAt;
        key.Grants = change.Grants is { } grants ? new FakeGrants(grants) : key.Grants;
        FakeCredentials.Record(request, AuditActions.AccessKeyUpdate, key);
        return FakeAnswer.Ok(key.ToAccessKey(), Json.AccessKeyResponse);
    }

    /// <summary>Revokes a key. For a key that is revoked already it answers with the time of the first revocation.</summary>
    public static FakeAnswer Revoke(FakeRequest request)
    {
        var key = Require(request, AuditActions.AccessKeyRevoke);
        if (key.RevokedAt is null)
        {
            key.RevokedAt = request.Workspace.Now;
            FakeCredentials.Record(request, AuditActions.AccessKeyRevoke, key);
        }

        return FakeAnswer.Ok(new RevokedResponse(key.Id, key.RevokedAt.Value), Json.RevokedResponse);
    }

    /// <summary>
    /// Removes the grants that name a deleted project or environment literally. A key that would have no grant left is revoked
    /// instead, because a key without grants may do everything.
    /// </summary>
    /// <param name="request">The request that deletes the project or environment.</param>
    /// <param name="project">The project's slug.</param>
    /// <param name="environment">The environment's slug; <c>null</c> means that the project is deleted.</param>
    public static void RemoveGrants(FakeRequest request, string project, string? environment)
    {
        foreach (var key in FakeCredentials.OfKind(request, ActorTypes.AccessKey).Where(key => key.RevokedAt is null))
        {
            var left = key.Grants.Without(project, environment);
            if (left.Grants.Count == key.Grants.Grants.Count)
            {
                continue;
            }

            if (left.Grants.Count > 0)
            {
                key.Grants = left;
                FakeCredentials.Record(request, AuditActions.AccessKeyUpdate, key);
            }
            else
            {
                key.RevokedAt = request.Workspace.Now;
                FakeCredentials.Record(request, AuditActions.AccessKeyRevoke, key);
            }
        }
    }

    private static FakeCredential Require(FakeRequest request, string action)
    {
        request.DemandApiKey(action, FakeCredentials.AboutAny(request));
        return FakeCredentials.Find(request, ActorTypes.AccessKey) ?? throw request.RecordRefusal(action, FakeErrors.NotFound("access key"), FakeCredentials.AboutAny(request));
    }

    private static Instant? ExpiryAfter(FakeRequest request, int? days) =>
        days is { } count ? Instant.From(request.Workspace.Now.ToDateTimeOffset().AddDays(count)) : null;
}
