using System.Globalization;
using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>The operations on secrets that give no values: lists, versions, search, deletion.</summary>
internal static class FakeSecrets
{
    // The digits of the largest Int32, so that the numbers sort as text.
    private const int VersionDigits = 10;

    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer List(FakeRequest request)
    {
        var at = request.Query.Time("at");
        var environment = request.FindEnvironment();
        environment.SettleUpTo(at, request.Workspace.Now);
        return FakePages.Page(
            request, environment.SnapshotAt(at).Where(snapshot => request.CallerMay(snapshot.Secret, GrantActionNames.List)), snapshot => snapshot.Secret.Key,
            snapshot => snapshot.ToSummary(), Json.SecretSummary);
    }

    public static FakeAnswer Get(FakeRequest request) => FakeAnswer.Ok(request.FindSecret().ToResponse(), Json.SecretResponse);

    public static FakeAnswer GetByPath(FakeRequest request)
    {
        var environment = request.Workspace.FindEnvironmentBySlug(request.PathVariable("projectSlug"), request.PathVariable("envSlug"));
        var key = request.PathVariable("key");
        return environment?.Secrets.GetValueOrDefault(key) is { } secret && request.CallerMay(secret, GrantActionNames.List)
            ? FakeAnswer.Ok(secret.ToResponse(), Json.SecretResponse)
            : throw request.RefusalOn(environment, key, GrantActionNames.List);
    }

    public static FakeAnswer ListVersions(FakeRequest request) => FakePages.Page(
        request, request.FindSecret().Versions,
        version => version.Number.ToString(CultureInfo.InvariantCulture).PadLeft(VersionDigits, '0'),
        version => version.ToResponse(), Json.VersionResponse, isDescending: true);

    public static FakeAnswer Search(FakeRequest request)
    {
        var text = request.Query.Text("q") switch
        {
            null or "" => throw FakeErrors.Invalid("q", "is required"),
            { Length: > Limits.GrantPathLength } => throw FakeErrors.Invalid("q", $"is over {Limits.GrantPathLength} characters"),
            var given => given,
        };
        var found = request.Workspace.Environments.SelectMany(environment => environment.Secrets.Values)
            .Where(secret => secret.Path.Contains(text, StringComparison.OrdinalIgnoreCase) && request.CallerMay(secret, GrantActionNames.List));
        return FakePages.Page(
            request, found, secret => secret.Id,
            secret => new SearchResponse(secret.Id, secret.Key, secret.Path, secret.Environment.Project.Id, secret.Environment.Id),
            Json.SearchResponse);
    }

    public static FakeAnswer Delete(FakeRequest request)
    {
        var secret = request.FindSecret(AuditActions.SecretDelete, GrantActionNames.Delete);
        Delete(request, secret, secret.Environment.TakeInstant(request.Workspace.Now));
        return FakeAnswer.Ok(new DeletedResponse(secret.Id, true), Json.DeletedResponse);
    }

    public static FakeAnswer DestroyVersion(FakeRequest request)
    {
        const string Action = AuditActions.SecretDestroy;
        var secret = request.FindSecret(Action, GrantActionNames.Delete);
        var text = request.PathVariable("version");
        var version = secret.Versions.Find(version => version.Number.ToString(CultureInfo.InvariantCulture) == text)
            ?? throw request.RecordRefusal(Action, FakeErrors.NotFound("version"), FakeAudit.About(secret, null));
        if (version == secret.Current)
        {
            throw FakeErrors.CurrentVersion(version.Number);
        }

        if (version.DestroyedAt is null)
        {
            secret.Destroy(version.Number, secret.Environment.TakeInstant(request.Workspace.Now), request.Caller.Id);
            request.Record(Action, FakeAudit.About(secret, version.Number));
        }

        return FakeAnswer.Ok(new DestroyedResponse(secret.Id, version.Number, true), Json.DestroyedResponse);
    }

    public static void Delete(FakeRequest request, FakeSecret secret, Instant at)
    {
        secret.Delete(at, request.Caller.Id);
        request.Record(AuditActions.SecretDelete, FakeAudit.About(secret, secret.Current.Number));
    }
}
