using Secronna.Client.Testing.Errors;
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
            new MeResponse(caller.Kind, caller.Id, request.Workspace.Id, caller.Name, null, null, caller.Grants.Grants),
            ProtocolJson.Default.MeResponse);
    }

    /// <summary>The answer of a server without an identity provider.</summary>
    public static FakeAnswer GetAuthConfig(FakeRequest _) =>
        FakeAnswer.Ok(new AuthConfigResponse(null, null, null, null, null, null, null), ProtocolJson.Default.AuthConfigResponse);

    public static IEnumerable<FakeCredential> OfKind(FakeRequest request, string kind) =>
        request.Workspace.Credentials.Where(key => key.Kind == kind);

    /// <summary>The key that the path names; <c>null</c> where no key of this kind has that id.</summary>
    public static FakeCredential? Find(FakeRequest request, string kind) =>
        OfKind(request, kind).FirstOrDefault(key => key.Id == request.PathVariable("id"));

    /// <summary>Adds a key. It expires no later than the key that makes it.</summary>
    public static FakeCredential Add(FakeRequest request, string kind, FakeKeyChange wanted)
    {
        var expiry = ExpiryAfter(request, wanted.ExpiresInDays) ?? request.Caller.ExpiresAt;
        RequireWithinCaller(request, expiry);
        var action = kind == ActorTypes.ApiKey ? AuditActions.ApiKeyCreate : AuditActions.AccessKeyCreate;
        if (request.FindFirstAnswer<string>(action, new AuditMetadata()) is { } first)
        {
            throw FakeErrors.CreatedBefore(first);
        }

        var key = request.Workspace.AddCredential(kind, wanted.Name!, request.Caller.Id);
        key.ExpiresAt = expiry;
        request.RememberAnswer(key.Id);
        return key;
    }

    public static Instant? ExpiryAfter(FakeRequest request, int? days) =>
        days is { } count ? Instant.From(request.Workspace.Now.ToDateTimeOffset().AddDays(count)) : null;

    /// <exception cref="FakeError">VALIDATION_ERROR: the expiry is later than that of the key that asks for it.</exception>
    public static void RequireWithinCaller(FakeRequest request, Instant? expiry)
    {
        if (request.Caller.ExpiresAt is { } latest && (expiry is null || expiry > latest))
        {
            throw FakeErrors.OutlivesMaker(latest);
        }
    }

    /// <summary>The keys that a key made, directly or through what it made, oldest first.</summary>
    public static IEnumerable<FakeCredential> MadeBy(FakeRequest request, string id)
    {
        var makers = new HashSet<string>(StringComparer.Ordinal) { id };
        // A key is always younger than the key that made it.
        return request.Workspace.Credentials.Where(key => makers.Contains(key.CreatedBy) && makers.Add(key.Id)).ToList();
    }

    public static FakeAnswer GetMade(FakeRequest request, string kind, string what)
    {
        request.DemandApiKey();
        var made = MadeBy(request, Find(request, kind)?.Id ?? throw FakeErrors.NotFound(what)).ToLookup(key => key.IsApiKey);
        return FakeAnswer.Ok(
            new MadeResponse([.. made[true].Select(key => key.ToApiKey())], [.. made[false].Select(key => key.ToAccessKey())], false),
            ProtocolJson.Default.MadeResponse);
    }

    /// <summary>Names the key that the path names, of any kind, if there is or was one.</summary>
    public static AuditMetadata AboutAny(FakeRequest request) =>
        new() { TargetId = request.Workspace.Credentials.Find(key => key.Id == request.PathVariable("id"))?.Id };

    /// <summary>Records a change of an access key, with what it changed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="before">The key as it was.</param>
    /// <param name="key">The key as it is now.</param>
    public static void RecordChange(FakeRequest request, AccessKeyResponse before, FakeCredential key)
    {
        var after = key.ToAccessKey();
        var (name, grants, expiry) = (before.Name != after.Name, !IsSame(before.Grants, after.Grants), before.ExpiresAt != after.ExpiresAt);
        var isChanged = name || grants || expiry;
        request.Record(AuditActions.AccessKeyUpdate, new AuditMetadata
        {
            TargetId = key.Id,
            Name = key.Name,
            Before = isChanged ? Changed(before) : null,
            After = isChanged ? Changed(after) : null,
        });

        AuditedFields Changed(AccessKeyResponse side) => new()
        {
            Name = name ? side.Name : null,
            Grants = grants ? side.Grants : null,
            ExpiresAt = expiry ? side.ExpiresAt : null,
        };
    }

    public static void Record(FakeRequest request, string action, FakeCredential key) =>
        request.Record(action, new AuditMetadata { TargetId = key.Id, Name = key.Name });

    private static bool IsSame(IReadOnlyList<Grant> these, IReadOnlyList<Grant> those) =>
        these.Count == those.Count
        && these.Zip(those).All(pair => pair.First.Path == pair.Second.Path && pair.First.Actions.SequenceEqual(pair.Second.Actions));
}
