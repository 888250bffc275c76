using System.Globalization;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>Secrets but for their values: lists, versions, search, deletion.</summary>
internal static class FakeSecrets
{
    private const int VersionDigits = 10;
    private const int LongestSearch = (2 * Limits.NameLength) + Limits.KeyLength + 2;

    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer List(FakeRequest request)
    {
        var at = request.QueryTime("at");
        var environment = request.Environment();
        request.Workspace.Settle(environment, at);
        return FakeCursors.Page(
            request, environment.At(at).Where(sight => request.May(sight.Secret, GrantActionNames.List)), sight => sight.Secret.Key,
            sight => sight.ToSummary(), Json.SecretSummary);
    }

    public static FakeAnswer Get(FakeRequest request) => FakeAnswer.Of(request.Secret().ToResponse(), Json.SecretResponse);

    public static FakeAnswer GetByPath(FakeRequest request)
    {
        var environment = request.Workspace.FindEnvironmentBySlug(request.Part("projectSlug"), request.Part("envSlug"));
        return environment?.Secrets.GetValueOrDefault(request.Part("key")) is { } secret && request.May(secret, GrantActionNames.List)
            ? FakeAnswer.Of(secret.ToResponse(), Json.SecretResponse)
            : throw FakeErrors.NotFound("secret");
    }

    public static FakeAnswer ListVersions(FakeRequest request) => FakeCursors.Page(
        request, request.Secret().Versions,
        version => version.Number.ToString(CultureInfo.InvariantCulture).PadLeft(VersionDigits, '0'),
        version => version.ToResponse(), Json.VersionResponse, isDescending: true);

    public static FakeAnswer Search(FakeRequest request)
    {
        var text = request.Query("q") switch
        {
            null or "" => throw FakeErrors.Invalid("q", "is required"),
            { Length: > LongestSearch } => throw FakeErrors.Invalid("q", $"is over {LongestSearch} characters"),
            var given => given,
        };
        var found = request.Workspace.Environments.SelectMany(environment => environment.Secrets.Values)
            .Where(secret => secret.Path.Contains(text, StringComparison.OrdinalIgnoreCase) && request.May(secret, GrantActionNames.List));
        return FakeCursors.Page(
            request, found, secret => secret.Id,
            secret => new SearchResponse(secret.Id, secret.Key, secret.Path, secret.Environment.Project.Id, secret.Environment.Id),
            Json.SearchResponse);
    }

    public static FakeAnswer Delete(FakeRequest request)
    {
        var secret = request.Secret(AuditActions.SecretDelete, GrantActionNames.Delete);
        Delete(request, secret, request.Workspace.NextInstant(secret.Environment));
        return FakeAnswer.Of(new DeletedResponse(secret.Id, true), Json.DeletedResponse);
    }

    public static void Delete(FakeRequest request, FakeSecret secret, Instant at)
    {
        secret.Delete(at, request.Caller.Id);
        request.Record(AuditActions.SecretDelete, FakeAudit.About(secret, secret.Current.Number));
    }
}
