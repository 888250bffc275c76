using System.Globalization;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>Keeps the audit trail, and what a caller may do that is in it.</summary>
internal static class FakeAudit
{
    private const int SequenceDigits = 19;

    /// <summary>Query parameters of the trail's route.</summary>
    public static string[] Filters { get; } =
        ["action", "actorId", "projectId", "environmentId", "secretId", "outcome", "from", "to"];

    public static FakeAnswer List(FakeRequest request)
    {
        var filter = Filter(request);
        request.DemandApiKey();
        return FakeCursors.Page(
            request, request.Workspace.Trail.Where(filter),
            entry => entry.Sequence.ToString(CultureInfo.InvariantCulture).PadLeft(SequenceDigits, '0'),
            entry => entry, ProtocolJson.Default.AuditResponse, isDescending: true);
    }

    /// <summary>Puts what was done, or refused, on record.</summary>
    public static void Record(
        this FakeRequest request, string action, AuditMetadata about, string outcome = AuditOutcomes.Success)
    {
        var (workspace, caller) = (request.Workspace, request.Caller);
        workspace.Trail.Add(new AuditResponse(
            workspace.NewId(Ids.AuditEntry), workspace.Trail.Count + 1, workspace.Now, caller.Kind, caller.Id, action, outcome,
            request.Id, "127.0.0.1", request.UserAgent, about));
    }

    /// <summary>Puts a refusal on record, and gives it.</summary>
    public static FakeError Refuse(this FakeRequest request, string action, FakeError error, AuditMetadata? about = null)
    {
        request.Record(action, about ?? new AuditMetadata(), AuditOutcomes.Denied);
        return error;
    }

    /// <summary>For what only an API key may do.</summary>
    /// <exception cref="FakeError">FORBIDDEN, on record where there is an action.</exception>
    public static void DemandApiKey(this FakeRequest request, string? action = null)
    {
        if (!request.Caller.IsApiKey)
        {
            throw action is null ? FakeErrors.Forbidden() : request.Refuse(action, FakeErrors.Forbidden());
        }
    }

    public static AuditMetadata About(FakeEnvironment? environment) =>
        new() { ProjectId = environment?.Project.Id, EnvironmentId = environment?.Id };

    public static AuditMetadata About(FakeSecret secret, int? version) => About(secret.Environment) with
    {
        SecretId = secret.Id,
        Key = secret.Key,
        Path = secret.Path,
        Version = version,
    };

    private static Func<AuditResponse, bool> Filter(FakeRequest request)
    {
        var action = OneOf(request, "action", AuditActions.All);
        var outcome = OneOf(request, "outcome", AuditOutcomes.All);
        var (actor, project) = (Text(request, "actorId"), Text(request, "projectId"));
        var (environment, secret) = (Text(request, "environmentId"), Text(request, "secretId"));
        var (from, to) = (request.QueryTime("from"), request.QueryTime("to"));
        return entry => IsOrAny(action, entry.Action) && IsOrAny(outcome, entry.Outcome) && IsOrAny(actor, entry.ActorId)
            && IsOrAny(project, entry.Metadata.ProjectId) && IsOrAny(environment, entry.Metadata.EnvironmentId)
            && IsOrAny(secret, entry.Metadata.SecretId)
            && !(entry.CreatedAt < from) && !(entry.CreatedAt > to);
    }

    private static bool IsOrAny(string? wanted, string? given) => wanted is null || wanted == given;

    private static string? Text(FakeRequest request, string name) => request.Query(name) switch
    {
        "" => throw FakeErrors.Invalid(name, "must not be empty"),
        { Length: > Limits.ActorIdLength } => throw FakeErrors.Invalid(name, $"is over {Limits.ActorIdLength} characters"),
        var text => text,
    };

    private static string? OneOf(FakeRequest request, string name, IReadOnlyCollection<string> words) =>
        request.Query(name) is not { } text || words.Contains(text)
            ? request.Query(name)
            : throw FakeErrors.Invalid(name, $"must be one of: {string.Join(", ", words)}");
}
