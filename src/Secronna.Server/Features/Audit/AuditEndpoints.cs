using System.Text;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Server.Trail;

namespace Secronna.Server.Features.Audit;

/// <summary>The routes of the audit trail and of its proofs.</summary>
internal static class AuditEndpoints
{
    private const int MaxCharacters = Limits.ActorIdLength;

    // The largest whole number that every reader of JSON holds exactly (RFC 8259, section 6).
    private const long MaxSequence = (1L << 53) - 1;

    private const string Text = "text/plain; charset=utf-8";
    private const string Bytes = "application/octet-stream";

    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        MapEntries(routes);
        MapProofs(routes);
    }

    private static void MapEntries(IEndpointRouteBuilder routes) =>
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

    private static void MapProofs(IEndpointRouteBuilder routes)
    {
        routes.Api("GET", "/audit/checkpoint", Operations.ReadAuditTrail, "Read the latest checkpoint of the audit trail, as a signed note")
            .GivesFile(Text)
            .By<AuditProofService>(async (request, proofs) =>
                new FileAnswer(Encoding.UTF8.GetBytes(await proofs.CheckpointAsync(request.Caller)), MayBeKept: false));
        routes.Api("GET", "/audit/tile/{path}", Operations.ReadAuditTrail, "Read a tile of the audit trail's tree, or a bundle of its entries")
            .TakesRestOfPath()
            .GivesFile(Bytes)
            .By<AuditProofService>(async (request, proofs) =>
                TilePath.TryParse(Tile(request), out var tile)
                    ? new FileAnswer(await proofs.TileAsync(request.Caller, tile), MayBeKept: true)
                    : new FileAnswer(await proofs.BundleAsync(request.Caller, Tile(request)), MayBeKept: false));
        routes.Api("GET", "/audit/{sequence}/proof", Operations.ReadAuditTrail, "Prove that an entry is in the audit trail")
            .TakesQuery("size", "integer", "The number of entries of the tree; that of the latest checkpoint if not given")
            .Gives(ProtocolJson.Default.AuditProofResponse)
            .By<AuditProofService>((request, proofs) =>
                proofs.ProofAsync(request.Caller, request.Route("sequence"), request.Query.Int64("size", 1, MaxSequence)));
        routes.Api("GET", "/audit/keys", Operations.ReadAuditTrail, "List the keys that sign the checkpoints")
            .Gives(ProtocolJson.Default.AuditKeysResponse)
            .By<AuditProofService>((request, proofs) => proofs.KeysAsync(request.Caller));
    }

    private static string Tile(ApiRequest request) => "tile/" + request.Route("path");

    private static TrailFilter Filter(ApiRequest request) => new()
    {
        Sequence = request.Query.Int64("sequence", 1, MaxSequence),
        Action = OneOf(request, "action", AuditActions.All),
        ActorId = Id(request, "actorId"),
        ProjectId = Id(request, "projectId"),
        EnvironmentId = Id(request, "environmentId"),
        SecretId = Id(request, "secretId"),
        Outcome = OneOf(request, "outcome", AuditOutcomes.All),
        From = request.Query.Instant("from")?.Microseconds,
        To = request.Query.Instant("to")?.Microseconds,
    };

    private static string? Id(ApiRequest request, string name) => request.Query.Text(name) switch
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
