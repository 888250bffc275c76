using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Keys;

/// <summary>The routes of a project's KEKs.</summary>
internal static class KeysEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.Api("GET", "/projects/{projectId}/keys", Operations.ListKeks, "List a project's KEKs")
            .GivesPages(ProtocolJson.Default.KekResponse)
            .By<KekService>((request, keks, page) => keks.ListAsync(request.Caller, request.Route("projectId"), page));

        routes.Api("POST", "/projects/{projectId}/keys/rotate", Operations.RotateKek, "Create a new KEK for the project")
            .Gives(ProtocolJson.Default.KekResponse, StatusCodes.Status202Accepted)
            .By<KekService>((request, keks) => keks.RotateAsync(request.Caller, request.Route("projectId")));
    }
}
