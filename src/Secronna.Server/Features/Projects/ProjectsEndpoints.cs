using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Features.Projects;

/// <summary>The routes of projects.</summary>
internal static class ProjectsEndpoints
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        routes.Api("POST", "/projects", Operations.CreateProject, "Create a project")
            .Takes<NameRequest>().Gives(Json.ProjectResponse, StatusCodes.Status201Created)
            .By<ProjectService>(async (request, projects) =>
                await projects.CreateAsync(request.Caller, await request.NameAsync()));

        routes.Api("GET", "/projects", Operations.ListProjects, "List projects")
            .GivesPages(Json.ProjectResponse)
            .By<ProjectService>((request, projects, page) => projects.ListAsync(request.Caller, page));

        routes.Api("GET", "/projects/{projectId}", Operations.GetProject, "Get a project")
            .Gives(Json.ProjectResponse)
            .By<ProjectService>((request, projects) => projects.GetAsync(request.Caller, request.Route("projectId")));

        routes.Api("PATCH", "/projects/{projectId}", Operations.RenameProject, "Rename a project; its slug stays")
            .Takes<NameRequest>().Gives(Json.ProjectResponse)
            .By<ProjectService>(async (request, projects) =>
                await projects.RenameAsync(request.Caller, request.Route("projectId"), await request.NameAsync()));

        routes.Api("DELETE", "/projects/{projectId}", Operations.DeleteProject, "Delete a project and destroy its keys")
            .TakesQuery("force", "boolean", "Delete it even if it has secrets").Gives(Json.DeletedResponse)
            .By<ProjectService>((request, projects) =>
                projects.DeleteAsync(request.Caller, request.Route("projectId"), request.Query.Flag("force")));

        routes.Api("GET", "/projects/by-slug/{projectSlug}", Operations.GetProject, "Find a project by its slug")
            .Gives(Json.ProjectResponse)
            .By<ProjectService>((request, projects) =>
                projects.GetBySlugAsync(request.Caller, request.Route("projectSlug")));
    }
}
