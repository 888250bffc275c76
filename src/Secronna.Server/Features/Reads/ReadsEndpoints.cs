using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Server.Trail.Reads;

namespace Secronna.Server.Features.Reads;

/// <summary>The routes that tell who reads which secrets.</summary>
internal static class ReadsEndpoints
{
    private const int DefaultDays = 30;

    private static ProtocolJson Json => ProtocolJson.Default;

    public static void MapReads(this IEndpointRouteBuilder routes)
    {
        routes.Api("GET", "/environments/{envId}/reads", Operations.ReadAuditTrail, "List an environment's secrets with their last reveals")
            .GivesPages(Json.SecretReadsResponse)
            .By<EnvironmentReadService>((request, reads, page) => reads.ListAsync(request.Caller, request.Route("envId"), page));

        routes.Api("GET", "/secrets/{secretId}/reads", Operations.ReadAuditTrail, "Get a secret's reads by day, by version and by actor")
            .GivesPagedData(Json.SecretReadersResponse)
            .By<SecretReadService>((request, reads, page) => reads.GetAsync(request.Caller, request.Route("secretId"), page));

        routes.Api("GET", "/reads", Operations.ReadAuditTrail, "Get the reads of the last days, and the secrets that nobody read")
            .TakesQuery("days", "integer", $"How many days, today included, from 1 to {ReadDays.Kept}; {DefaultDays} if not given")
            .GivesPagedData(Json.WorkspaceReadsResponse)
            .By<WorkspaceReadService>((request, reads, page) =>
                reads.GetAsync(request.Caller, request.Query.Int32("days", 1, ReadDays.Kept) ?? DefaultDays, page));
    }
}
