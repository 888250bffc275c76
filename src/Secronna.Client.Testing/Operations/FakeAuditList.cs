using System.Globalization;
using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>Lists the audit trail, newest entry first.</summary>
internal static class FakeAuditList
{
    // The largest whole number that every reader of JSON holds exactly.
    private const long MaximumSequence = (1L << 53) - 1;

    // The digits of the largest Int64, so that the sequence numbers sort as text.
    private const int SequenceDigits = 19;

    /// <summary>The query parameters of the route.</summary>
    public static string[] Filters { get; } =
        ["sequence", "action", "actorId", "projectId", "environmentId", "secretId", "outcome", "from", "to"];

    public static FakeAnswer List(FakeRequest request)
    {
        var filter = Filter(request.Query);
        request.DemandApiKey(roles: "viewer, member, admin or owner");
        return FakePages.Page(
            request, request.Workspace.Trail.Where(filter),
            entry => entry.Sequence.ToString(CultureInfo.InvariantCulture).PadLeft(SequenceDigits, '0'),
            entry => entry with { ActorName = request.Workspace.NameOfKey(entry.ActorId) }, ProtocolJson.Default.AuditResponse, isDescending: true);
    }

    private static Func<AuditResponse, bool> Filter(FakeQuery query)
    {
        var sequence = query.Int64("sequence", MaximumSequence);
        var action = OneOf(query, "action", AuditActions.All);
        var outcome = OneOf(query, "outcome", AuditOutcomes.All);
        var (actor, project) = (Text(query, "actorId"), Text(query, "projectId"));
        var (environment, secret) = (Text(query, "environmentId"), Text(query, "secretId"));
        var (from, to) = (query.Time("from"), query.Time("to"));
        return entry => (sequence is null || sequence == entry.Sequence) && Matches(action, entry.Action) && Matches(outcome, entry.Outcome) && Matches(actor, entry.ActorId)
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
