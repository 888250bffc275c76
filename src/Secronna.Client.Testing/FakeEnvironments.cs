using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>Environments of projects.</summary>
internal static class FakeEnvironments
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Create(FakeRequest request)
    {
        var name = request.Read(FakeBodies.Name);
        request.DemandApiKey(AuditActions.EnvironmentCreate);
        var slug = FakeProjects.SlugOf(name);
        var project = request.Workspace.FindProject(request.Part("projectId"))
            ?? throw request.Refuse(AuditActions.EnvironmentCreate, FakeErrors.NotFound("project"));
        if (project.Environments.Exists(other => other.Slug == slug))
        {
            throw FakeErrors.NameTaken("an environment");
        }

        var environment = new FakeEnvironment(project, request.Workspace.NewId(Ids.Environment), name, request.Workspace.Now);
        project.Environments.Add(environment);
        request.Record(AuditActions.EnvironmentCreate, FakeAudit.About(environment) with { Name = name });
        return FakeAnswer.Created(environment.ToResponse(), Json.EnvironmentResponse);
    }

    public static FakeAnswer List(FakeRequest request) => FakeCursors.Page(
        request, request.Project().Environments.Where(environment => request.Sees(environment)), environment => environment.Id,
        environment => environment.ToResponse(), Json.EnvironmentResponse);

    public static FakeAnswer Get(FakeRequest request) =>
        FakeAnswer.Of(request.Environment().ToResponse(), Json.EnvironmentResponse);

    public static FakeAnswer GetBySlug(FakeRequest request)
    {
        var found = request.Workspace.FindEnvironmentBySlug(request.Part("projectSlug"), request.Part("envSlug"));
        return found is { Project: var project } && request.Sees(found)
            ? FakeAnswer.Of(
                new EnvironmentPathResponse(
                    new NamedReference(project.Id, project.Name, project.Slug), new NamedReference(found.Id, found.Name, found.Slug)),
                Json.EnvironmentPathResponse)
            : throw FakeErrors.NotFound("environment");
    }

    public static FakeAnswer Rename(FakeRequest request)
    {
        var name = request.Read(FakeBodies.Name);
        request.DemandApiKey(AuditActions.EnvironmentUpdate);
        var environment = request.Environment(AuditActions.EnvironmentUpdate);
        environment.Name = name;
        request.Record(AuditActions.EnvironmentUpdate, FakeAudit.About(environment) with { Name = name });
        return FakeAnswer.Of(environment.ToResponse(), Json.EnvironmentResponse);
    }

    public static FakeAnswer Delete(FakeRequest request)
    {
        var force = request.QueryFlag("force");
        request.DemandApiKey(AuditActions.EnvironmentDelete);
        var environment = request.Environment(AuditActions.EnvironmentDelete);
        if (!force && environment.Secrets.Count > 0)
        {
            throw FakeErrors.NotEmpty("environment");
        }

        environment.Project.Environments.Remove(environment);
        FakeCredentials.DropGrants(request, environment.Project.Slug, environment.Slug);
        request.Record(AuditActions.EnvironmentDelete, FakeAudit.About(environment) with { Name = environment.Name });
        return FakeAnswer.Of(new DeletedResponse(environment.Id, true), Json.DeletedResponse);
    }
}
