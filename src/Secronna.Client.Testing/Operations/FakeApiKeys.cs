using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>The operations on API keys.</summary>
internal static class FakeApiKeys
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Create(FakeRequest request)
    {
        var wanted = request.ReadBody(FakeAccessKeyBodies.ApiKey);
        request.DemandApiKey(AuditActions.ApiKeyCreate);
        var key = FakeCredentials.Add(request, ActorTypes.ApiKey, wanted);
        FakeCredentials.Record(request, AuditActions.ApiKeyCreate, key);
        return FakeAnswer.Created(
            new ApiKeyCreatedResponse(key.Id, key.Name, key.Prefix, key.CreatedAt, key.CreatedBy, key.ExpiresAt, key.Token),
            Json.ApiKeyCreatedResponse);
    }

    /// <summary>Lists the keys that are not revoked.</summary>
    public static FakeAnswer List(FakeRequest request)
    {
        request.DemandApiKey();
        return FakePages.Page(
            request, FakeCredentials.OfKind(request, ActorTypes.ApiKey).Where(key => key.RevokedAt is null), key => key.Id,
            key => key.ToApiKey(), Json.ApiKeyResponse);
    }

    /// <summary>Revokes a key and, with <c>cascade</c>, what it made, directly or through what it made.</summary>
    public static FakeAnswer Delete(FakeRequest request)
    {
        const string Action = AuditActions.ApiKeyRevoke;
        var cascade = request.Query.Flag("cascade");
        request.DemandApiKey(Action, FakeCredentials.AboutAny(request));
        var key = FakeCredentials.Find(request, ActorTypes.ApiKey);
        if (key is null || (key.RevokedAt is not null && !cascade))
        {
            throw request.RecordRefusal(Action, FakeErrors.NotFound("API key"), FakeCredentials.AboutAny(request));
        }

        var made = cascade ? FakeCredentials.MadeBy(request, key.Id).Where(one => one.RevokedAt is null).ToList() : [];
        foreach (var revoked in made.Prepend(key).Where(one => one.RevokedAt is null))
        {
            revoked.RevokedAt = request.Workspace.Now;
            FakeCredentials.Record(request, revoked.IsApiKey ? Action : AuditActions.AccessKeyRevoke, revoked);
        }

        return FakeAnswer.Ok(
            new ApiKeyDeletedResponse(key.Id, true, cascade ? [.. made.Select(one => one.Id)] : null), Json.ApiKeyDeletedResponse);
    }

    /// <summary>The keys that an API key made.</summary>
    public static FakeAnswer GetMade(FakeRequest request) => FakeCredentials.GetMade(request, ActorTypes.ApiKey, "API key");
}
