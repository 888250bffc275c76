using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>The operations on environments.</summary>
internal static class FakeEnvironments
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Create(FakeRequest request)
    {
        var name = request.ReadBody(FakeRequestBodies.Name);
        var found = request.DemandApiKeyFor(
            request.Workspace.FindProject(request.PathVariable("projectId")), AuditActions.EnvironmentCreate);
        var slug = FakeProjects.SlugOf(name);
        var project = found
            ?? throw request.RecordRefusal(AuditActions.EnvironmentCreate, FakeErrors.NotFound("project"));
        if (project.Environments.Exists(other => other.Slug == slug))
        {
            throw FakeErrors.NameTaken("an environment");
        }

        var environment = new FakeEnvironment(project, request.Workspace.NewId(Ids.Environment), name, request.Workspace.Now);
        project.Environments.Add(environment);
        request.Record(AuditActions.EnvironmentCreate, FakeAudit.About(environment) with { Name = name });
        return FakeAnswer.Created(environment.ToResponse(), Json.EnvironmentResponse);
    }

    public static FakeAnswer List(FakeRequest request) => FakePages.Page(
        request, request.FindProject().Environments.Where(environment => request.CallerSees(environment)), environment => environment.Id,
        environment => environment.ToResponse(), Json.EnvironmentResponse);

    public static FakeAnswer Get(FakeRequest request) =>
        FakeAnswer.Ok(request.FindEnvironment().ToResponse(), Json.EnvironmentResponse);

    public static FakeAnswer GetBySlug(FakeRequest request)
    {
        var found = request.Workspace.FindEnvironmentBySlug(request.PathVariable("projectSlug"), request.PathVariable("envSlug"));
        return found is { Project: var project } && request.CallerSees(found)
            ? FakeAnswer.Ok(
                new EnvironmentPathResponse(
                    new NamedReference(project.Id, project.Name, project.Slug), new NamedReference(found.Id, found.Name, found.Slug)),
                Json.EnvironmentPathResponse)
            : throw FakeErrors.NotFound("environment");
    }

    public static FakeAnswer Change(FakeRequest request)
    {
        var change = request.ReadBody(FakeRequestBodies.ChangeEnvironment);
        var environment = request.DemandApiKeyForEnvironment(AuditActions.EnvironmentUpdate);
        var before = environment.ToResponse();
        environment.Name = change.Name ?? environment.Name;
        environment.RequiresReason = change.RequireReason ?? environment.RequiresReason;
        RecordChange(request, environment, before, environment.ToResponse());
        return FakeAnswer.Ok(environment.ToResponse(), Json.EnvironmentResponse);
    }

    public static FakeAnswer Delete(FakeRequest request)
    {
        var force = request.Query.Flag("force");
        var environment = request.DemandApiKeyForEnvironment(AuditActions.EnvironmentDelete);
        if (!force && environment.Secrets.Count > 0)
        {
            throw FakeErrors.NotEmpty("environment");
        }

        environment.Project.Environments.Remove(environment);
        FakeAccessKeys.RemoveGrants(request, environment.Project.Slug, environment.Slug);
        request.Record(AuditActions.EnvironmentDelete, FakeAudit.About(environment) with { Name = environment.Name });
        return FakeAnswer.Ok(new DeletedResponse(environment.Id, true), Json.DeletedResponse);
    }

    private static void RecordChange(
        FakeRequest request, FakeEnvironment environment, EnvironmentResponse before, EnvironmentResponse after)
    {
        var (name, reason) = (before.Name != after.Name, before.RequireReason != after.RequireReason);
        request.Record(AuditActions.EnvironmentUpdate, FakeAudit.About(environment) with
        {
            Name = after.Name,
            Before = name || reason ? Changed(before) : null,
            After = name || reason ? Changed(after) : null,
        });

        AuditedFields Changed(EnvironmentResponse side) => new()
        {
            Name = name ? side.Name : null,
            RequireReason = reason ? side.RequireReason : null,
        };
    }
}
