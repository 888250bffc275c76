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
        var key = FakeCredentials.Add(request, ActorTypes.AccessKey, wanted);
        key.Grants = wanted.Grants is { } grants ? new FakeGrants(grants) : FakeGrants.Everything;
        FakeCredentials.Record(request, AuditActions.AccessKeyCreate, key);
        return FakeAnswer.Created(
            new AccessKeyCreatedResponse(
                key.Id, key.Name, key.Prefix, key.CreatedAt, key.CreatedBy, key.ExpiresAt, key.Grants.Grants, key.Token),
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

        var expiry = change.HasExpiry ? FakeCredentials.ExpiryAfter(request, change.ExpiresInDays) : key.ExpiresAt;
        if (change.HasExpiry || change.Grants is not null)
        {
            FakeCredentials.RequireWithinCaller(request, expiry);
        }

        var before = key.ToAccessKey();
        key.Name = change.Name ?? key.Name;
        key.ExpiresAt = expiry;
        key.Grants = change.Grants is { } grants ? new FakeGrants(grants) : key.Grants;
        FakeCredentials.RecordChange(request, before, key);
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
    /// Removes the grants that name a deleted project or environment literally. A key without a grant left may do nothing.
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

            var before = key.ToAccessKey();
            key.Grants = left;
            FakeCredentials.RecordChange(request, before, key);
        }
    }

    /// <summary>The keys that an access key made: none, because only API keys make keys.</summary>
    public static FakeAnswer GetMade(FakeRequest request) => FakeCredentials.GetMade(request, ActorTypes.AccessKey, "access key");

    private static FakeCredential Require(FakeRequest request, string action)
    {
        request.DemandApiKey(action, FakeCredentials.AboutAny(request));
        return FakeCredentials.Find(request, ActorTypes.AccessKey) ?? throw request.RecordRefusal(action, FakeErrors.NotFound("access key"), FakeCredentials.AboutAny(request));
    }
}
