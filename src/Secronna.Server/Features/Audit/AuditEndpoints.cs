using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Audit;

/// <summary>The route of the audit trail.</summary>
internal static class AuditEndpoints
{
    private const int MaxCharacters = Limits.ActorIdLength;

    // The largest whole number that every reader of JSON holds exactly (RFC 8259, section 6).
    private const long MaxSequence = (1L << 53) - 1;

    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.Api("GET", "/audit", Operations.ReadAuditTrail, "Read the audit trail, newest first")
            .TakesQuery("sequence", "integer", "Only the entry with this number")
            .TakesQuery("action", "string", "Only entries of this action")
            .TakesQuery("actorId", "string", "Only entries of this actor")
            .TakesQuery("projectId", "string", "Only entries about this project")
            .TakesQuery("environmentId", "string", "Only entries about this environment")
            .TakesQuery("secretId", "string", "Only entries about this secret")
            .TakesQuery("outcome", "string", "Only entries with this outcome")
            .TakesQuery("from", "date-time", "Only entries of this time or later")
            .TakesQuery("to", "date-time", "Only entries of this time or earlier")
            .GivesPages(ProtocolJson.Default.AuditResponse, Limits.AuditPageDefault, Limits.AuditPageMaximum)
            .By<AuditService>((request, audit, page) => audit.ListAsync(request.Caller, Filter(request), page));

    private static AuditFilter Filter(ApiRequest request) => new()
    {
        Sequence = request.Query.Int64("sequence", 1, MaxSequence),
        Action = OneOf(request, "action", AuditActions.All),
        ActorId = Text(request, "actorId"),
        ProjectId = Text(request, "projectId"),
        EnvironmentId = Text(request, "environmentId"),
        SecretId = Text(request, "secretId"),
        Outcome = OneOf(request, "outcome", AuditOutcomes.All),
        From = request.Query.Instant("from")?.Microseconds,
        To = request.Query.Instant("to")?.Microseconds,
    };

    private static string? Text(ApiRequest request, string name) => request.Query.Text(name) switch
    {
        "" => throw Errors.Invalid(name, "must not be empty"),
        { Length: > MaxCharacters } => throw Errors.Invalid(name, $"is over {MaxCharacters} characters"),
        var text => text,
    };

    private static string? OneOf(ApiRequest request, string name, IReadOnlyCollection<string> words) =>
        request.Query.Text(name) is not { } text || words.Contains(text)
            ? request.Query.Text(name)
            : throw Errors.Invalid(name, $"must be one of: {string.Join(", ", words)}");
}
