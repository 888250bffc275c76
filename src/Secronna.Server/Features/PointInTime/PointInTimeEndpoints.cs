using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Server.Vault;

namespace Secronna.Server.Features.PointInTime;

/// <summary>The routes of rollbacks, histories, restores and comparisons.</summary>
internal static class PointInTimeEndpoints
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static void MapPointInTime(this IEndpointRouteBuilder routes)
    {
        routes.Api("POST", "/secrets/{secretId}/rollback", Operations.RollBackSecret, "Give a secret an earlier value again")
            .Takes<RollbackRequest>().Idempotent().Gives(Json.WrittenResponse, StatusCodes.Status201Created)
            .By<RollbackService>(RollBackAsync);

        routes.Api(
                "GET", "/environments/{envId}/history", Operations.ReadHistory,
                "List the changes of an environment's secrets, newest first")
            .GivesPages(Json.HistoryResponse, Limits.HistoryPageDefault)
            .By<HistoryService>((request, history, page) =>
                history.ListAsync(request.Caller, request.Route("envId"), page));

        routes.Api(
                "POST", "/environments/{envId}/restore", Operations.RestoreEnvironment,
                "Bring an environment back to how it was at a time")
            .Takes<RestoreRequest>().Idempotent().Gives(Json.RestoreResponse)
            .By<RestoreService>(RestoreAsync);

        routes.Api(
                "POST", "/environments/{envId}/compare", Operations.CompareEnvironments,
                "List the keys in which two environments differ, without their values")
            .Takes<CompareRequest>().Gives(Json.IReadOnlyListCompareResponse)
            .By<CompareService>(async (request, comparisons) =>
            {
                var (with, at) = await request.BodyAsync<(ComparedSide, Instant?)>(PointInTimeBody.ReadCompare);
                return await comparisons.CompareAsync(
                    request.Caller, new ComparedSide(EnvironmentReference.OfId(request.Route("envId")), at), with);
            });
    }

    private static async Task<WrittenResponse> RollBackAsync(ApiRequest request, RollbackService rollbacks)
    {
        var maxCommentLength = request.Limits.CommentLength;
        var (version, comment) = await request.BodyAsync(
            (ref Utf8JsonReader reader) => PointInTimeBody.ReadRollback(ref reader, maxCommentLength));
        return await rollbacks.RollBackAsync(request.Caller, request.Route("secretId"), version, comment, request.Idempotency);
    }

    private static async Task<RestoreResponse> RestoreAsync(ApiRequest request, RestoreService restores)
    {
        var maxCommentLength = request.Limits.CommentLength;
        var order = await request.BodyAsync(
            (ref Utf8JsonReader reader) => PointInTimeBody.ReadRestore(ref reader, maxCommentLength));
        return await restores.RestoreAsync(request.Caller, request.Route("envId"), order, request.Idempotency);
    }
}
