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
        var name = request.ReadBody(FakeRequestBodies.Name);
        request.DemandApiKey(AuditActions.ApiKeyCreate);
        var key = request.Workspace.AddCredential(ActorTypes.ApiKey, name);
        FakeCredentials.Record(request, AuditActions.ApiKeyCreate, key);
        return FakeAnswer.Created(
            new ApiKeyCreatedResponse(key.Id, key.Name, key.Prefix, key.CreatedAt, key.Token), Json.ApiKeyCreatedResponse);
    }

    /// <summary>Lists the keys that are not revoked.</summary>
    public static FakeAnswer List(FakeRequest request)
    {
        request.DemandApiKey();
        return FakePages.Page(
            request, FakeCredentials.OfKind(request, ActorTypes.ApiKey).Where(key => key.RevokedAt is null), key => key.Id,
            key => key.ToApiKey(), Json.ApiKeyResponse);
    }

    public static FakeAnswer Delete(FakeRequest request)
    {
        const string Action = AuditActions.ApiKeyRevoke;
        request.DemandApiKey(Action, FakeCredentials.AboutAny(request));
        if (FakeCredentials.Find(request, ActorTypes.ApiKey) is not { RevokedAt: null } key)
        {
            throw request.RecordRefusal(Action, FakeErrors.NotFound("API key"), FakeCredentials.AboutAny(request));
        }

        key.RevokedAt = request.Workspace.Now;
        FakeCredentials.Record(request, Action, key);
        return FakeAnswer.Ok(new DeletedResponse(key.Id, true), Json.DeletedResponse);
    }
}
