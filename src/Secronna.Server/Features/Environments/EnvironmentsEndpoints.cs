using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Environments;

/// <summary>The routes of environments.</summary>
internal static class EnvironmentsEndpoints
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static void MapEnvironments(this IEndpointRouteBuilder routes)
    {
        routes.Api("POST", "/projects/{projectId}/environments", Operations.CreateEnvironment, "Create an environment")
            .Takes<NameRequest>().Gives(Json.EnvironmentResponse, StatusCodes.Status201Created)
            .By<EnvironmentService>(async (request, environments) =>
                await environments.CreateAsync(request.Caller, request.Route("projectId"), await request.NameAsync()));

        routes.Api("GET", "/projects/{projectId}/environments", Operations.ListEnvironments, "List a project's environments")
            .GivesPages(Json.EnvironmentResponse)
            .By<EnvironmentService>((request, environments, page) =>
                environments.ListAsync(request.Caller, request.Route("projectId"), page));

        routes.Api("GET", "/environments/{envId}", Operations.GetEnvironment, "Get an environment")
            .Gives(Json.EnvironmentResponse)
            .By<EnvironmentService>((request, environments) =>
                environments.GetAsync(request.Caller, request.Route("envId")));

        routes.Api(
                "PATCH", "/environments/{envId}", Operations.ChangeEnvironment,
                "Rename an environment (its slug stays), or set whether its reveals need a reason")
            .Takes<EnvironmentChangeRequest>().Gives(Json.EnvironmentResponse)
            .By<EnvironmentService>(async (request, environments) =>
                await environments.ChangeAsync(request.Caller, request.Route("envId"), await ChangeAsync(request)));

        routes.Api("DELETE", "/environments/{envId}", Operations.DeleteEnvironment, "Delete an environment")
            .TakesQuery("force", "boolean", "Delete it even if it has secrets").Gives(Json.DeletedResponse)
            .By<EnvironmentService>((request, environments) =>
                environments.DeleteAsync(request.Caller, request.Route("envId"), request.Query.Flag("force")));

        routes.Api(
                "GET", "/projects/by-slug/{projectSlug}/environments/{envSlug}", Operations.GetEnvironment,
                "Find an environment by its slugs")
            .Gives(Json.EnvironmentPathResponse)
            .By<EnvironmentService>((request, environments) =>
                environments.GetBySlugAsync(request.Caller, request.Route("projectSlug"), request.Route("envSlug")));
    }

    private static ValueTask<EnvironmentChangeRequest> ChangeAsync(ApiRequest request)
    {
        var limits = request.Limits;
        return request.BodyAsync((ref Utf8JsonReader reader) => EnvironmentBody.ReadChange(ref reader, limits.NameLength));
    }
}
