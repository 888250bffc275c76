using System.Globalization;
using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>Lists the audit trail, newest entry first.</summary>
internal static class FakeAuditList
{
    // The digits of the largest Int64, so that the sequence numbers sort as text.
    private const int SequenceDigits = 19;

    /// <summary>The query parameters of the route.</summary>
    public static string[] Filters { get; } =
        ["action", "actorId", "projectId", "environmentId", "secretId", "outcome", "from", "to"];

    public static FakeAnswer List(FakeRequest request)
    {
        var filter = Filter(request.Query);
        request.DemandApiKey(roles: "viewer, member, admin or owner");
        return FakePages.Page(
            request, request.Workspace.Trail.Where(filter),
            entry => entry.Sequence.ToString(CultureInfo.InvariantCulture).PadLeft(SequenceDigits, '0'),
            entry => entry, ProtocolJson.Default.AuditResponse, isDescending: true);
    }

    private static Func<AuditResponse, bool> Filter(FakeQuery query)
    {
        var action = OneOf(query, "action", AuditActions.All);
        var outcome = OneOf(query, "outcome", AuditOutcomes.All);
        var (actor, project) = (Text(query, "actorId"), Text(query, "projectId"));
        var (environment, secret) = (Text(query, "environmentId"), Text(query, "secretId"));
        var (from, to) = (query.Time("from"), query.Time("to"));
        return entry => Matches(action, entry.Action) && Matches(outcome, entry.Outcome) && Matches(actor, entry.ActorId)
            && Matches(project, entry.Metadata.ProjectId) && Matches(environment, entry.Metadata.EnvironmentId)
            && Matches(secret, entry.Metadata.SecretId)
            && !(entry.CreatedAt < from) && !(entry.CreatedAt > to);
    }

    private static bool Matches(string? wanted, string? given) => wanted is null || wanted == given;

    private static string? Text(FakeQuery query, string name) => query.Text(name) switch
    {
        "" => throw FakeErrors.Invalid(name, "must not be empty"),
        { Length: > Limits.ActorIdLength } => throw FakeErrors.Invalid(name, $"is over {Limits.ActorIdLength} characters"),
        var text => text,
    };

    private static string? OneOf(FakeQuery query, string name, IReadOnlyCollection<string> words) =>
        query.Text(name) is not { } text || words.Contains(text)
            ? query.Text(name)
            : throw FakeErrors.Invalid(name, $"must be one of: {string.Join(", ", words)}");
}
