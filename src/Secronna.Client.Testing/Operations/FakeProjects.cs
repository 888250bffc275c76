using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>The operations on projects and their KEKs.</summary>
internal static class FakeProjects
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Create(FakeRequest request)
    {
        var name = request.ReadBody(FakeRequestBodies.Name);
        request.DemandApiKey(AuditActions.ProjectCreate);
        var workspace = request.Workspace;
        if (workspace.FindProjectBySlug(SlugOf(name)) is not null)
        {
            throw FakeErrors.NameTaken("a project");
        }

        var project = new FakeProject(workspace.NewId(Ids.Project), name, workspace.Now, request.Caller.Id);
        project.Keks.Add(new FakeKek(workspace.NewId(Ids.Kek), workspace.Now));
        workspace.Projects.Add(project);
        request.Record(AuditActions.ProjectCreate, new AuditMetadata { ProjectId = project.Id, Name = name });
        return FakeAnswer.Created(project.ToResponse(), Json.ProjectResponse);
    }

    public static FakeAnswer List(FakeRequest request) => FakePages.Page(
        request, request.Workspace.Projects.Where(project => request.CallerSees(project)), project => project.Id,
        project => project.ToResponse(), Json.ProjectResponse);

    public static FakeAnswer Get(FakeRequest request) => FakeAnswer.Ok(request.FindProject().ToResponse(), Json.ProjectResponse);

    public static FakeAnswer GetBySlug(FakeRequest request) =>
        request.Workspace.FindProjectBySlug(request.PathVariable("projectSlug")) is { } project && request.CallerSees(project)
            ? FakeAnswer.Ok(project.ToResponse(), Json.ProjectResponse)
            : throw FakeErrors.NotFound("project");

    public static FakeAnswer Rename(FakeRequest request)
    {
        var name = request.ReadBody(FakeRequestBodies.Name);
        var project = Require(request, AuditActions.ProjectUpdate);
        project.Name = name;
        request.Record(AuditActions.ProjectUpdate, new AuditMetadata { ProjectId = project.Id, Name = name });
        return FakeAnswer.Ok(project.ToResponse(), Json.ProjectResponse);
    }

    public static FakeAnswer Delete(FakeRequest request)
    {
        var force = request.Query.Flag("force");
        var project = Require(request, AuditActions.ProjectDelete);
        if (!force && project.Environments.Any(environment => environment.Secrets.Count > 0))
        {
            throw FakeErrors.NotEmpty("project");
        }

        request.Workspace.Projects.Remove(project);
        request.Record(AuditActions.ProjectDelete, new AuditMetadata { ProjectId = project.Id, Name = project.Name });
        FakeAccessKeys.RemoveGrants(request, project.Slug, null);
        foreach (var kek in project.Keks.Where(kek => kek.State != KekStates.Destroyed))
        {
            request.Record(AuditActions.KekDestroy, new AuditMetadata { ProjectId = project.Id, TargetId = kek.Id });
        }

        return FakeAnswer.Ok(new DeletedResponse(project.Id, true), Json.DeletedResponse);
    }

    public static FakeAnswer ListKeks(FakeRequest request)
    {
        request.DemandApiKeyFor(request.Workspace.FindProject(request.PathVariable("projectId")), null);
        return FakePages.Page(request, request.FindProject().Keks, kek => kek.Id, kek => kek.ToResponse(), Json.KekResponse);
    }

    /// <summary>Adds a KEK. The previous KEK is destroyed at once, because the fake has no data keys to re-wrap.</summary>
    public static FakeAnswer RotateKek(FakeRequest request)
    {
        var project = Require(request, AuditActions.KekRotate);
        var (previous, next) = (project.Keks[^1], new FakeKek(request.Workspace.NewId(Ids.Kek), request.Workspace.Now));
        previous.State = KekStates.Destroyed;
        project.Keks.Add(next);
        request.Record(AuditActions.KekRotate, new AuditMetadata { ProjectId = project.Id, TargetId = next.Id });
        request.Record(AuditActions.KekDestroy, new AuditMetadata { ProjectId = project.Id, TargetId = previous.Id });
        return FakeAnswer.Accepted(next.ToResponse(), Json.KekResponse);
    }

    /// <exception cref="FakeError">VALIDATION_ERROR: the name has no character that a slug keeps.</exception>
    public static string SlugOf(string name) => Names.Slug(name) is { Length: > 0 } slug
        ? slug
        : throw FakeErrors.Invalid("name", "must have at least one letter a-z or digit, for its slug");

    private static FakeProject Require(FakeRequest request, string action) =>
        request.DemandApiKeyFor(request.Workspace.FindProject(request.PathVariable("projectId")), action)
            ?? throw request.RecordRefusal(action, FakeErrors.NotFound("project"));
}
