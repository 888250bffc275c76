using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>The parts that the operations on API keys and access keys share, and the answers about the caller.</summary>
internal static class FakeCredentials
{
    public static FakeAnswer GetMe(FakeRequest request)
    {
        var caller = request.Caller;
        return FakeAnswer.Ok(
            new MeResponse(caller.Kind, caller.Id, request.Workspace.Id, caller.Name, null, caller.Grants.Grants),
            ProtocolJson.Default.MeResponse);
    }

    /// <summary>The answer of a server without an identity provider.</summary>
    public static FakeAnswer GetAuthConfig(FakeRequest _) =>
        FakeAnswer.Ok(new AuthConfigResponse(null, null, null), ProtocolJson.Default.AuthConfigResponse);

    public static IEnumerable<FakeCredential> OfKind(FakeRequest request, string kind) =>
        request.Workspace.Credentials.Where(key => key.Kind == kind);

    /// <summary>The key that the path names; <c>null</c> where no key of this kind has that id.</summary>
    public static FakeCredential? Find(FakeRequest request, string kind) =>
        OfKind(request, kind).FirstOrDefault(key => key.Id == request.PathVariable("id"));

    /// <summary>Names the key that the path names, of any kind, if there is or was one.</summary>
    public static AuditMetadata AboutAny(FakeRequest request) =>
        new() { TargetId = request.Workspace.Credentials.Find(key => key.Id == request.PathVariable("id"))?.Id };

    public static void Record(FakeRequest request, string action, FakeCredential key) =>
        request.Record(action, new AuditMetadata { TargetId = key.Id, Name = key.Name });
}
