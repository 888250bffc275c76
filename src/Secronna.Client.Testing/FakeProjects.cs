using System.Net;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>Projects and their KEKs.</summary>
internal static class FakeProjects
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Create(FakeRequest request)
    {
        var name = request.Read(FakeBodies.Name);
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

    public static FakeAnswer List(FakeRequest request) => FakeCursors.Page(
        request, request.Workspace.Projects.Where(project => request.Sees(project)), project => project.Id,
        project => project.ToResponse(), Json.ProjectResponse);

    public static FakeAnswer Get(FakeRequest request) => FakeAnswer.Of(request.Project().ToResponse(), Json.ProjectResponse);

    public static FakeAnswer GetBySlug(FakeRequest request) =>
        request.Workspace.FindProjectBySlug(request.Part("projectSlug")) is { } project && request.Sees(project)
            ? FakeAnswer.Of(project.ToResponse(), Json.ProjectResponse)
            : throw FakeErrors.NotFound("project");

    public static FakeAnswer Rename(FakeRequest request)
    {
        var name = request.Read(FakeBodies.Name);
        var project = Require(request, AuditActions.ProjectUpdate);
        project.Name = name;
        request.Record(AuditActions.ProjectUpdate, new AuditMetadata { ProjectId = project.Id, Name = name });
        return FakeAnswer.Of(project.ToResponse(), Json.ProjectResponse);
    }

    public static FakeAnswer Delete(FakeRequest request)
    {
        var force = request.QueryFlag("force");
        var project = Require(request, AuditActions.ProjectDelete);
        if (!force && project.Environments.Any(environment => environment.Secrets.Count > 0))
        {
            throw FakeErrors.NotEmpty("project");
        }

        request.Workspace.Projects.Remove(project);
        request.Record(AuditActions.ProjectDelete, new AuditMetadata { ProjectId = project.Id, Name = project.Name });
        FakeCredentials.DropGrants(request, project.Slug, null);
        foreach (var kek in project.Keks.Where(kek => kek.State != KekStates.Destroyed))
        {
            request.Record(AuditActions.KekDestroy, new AuditMetadata { ProjectId = project.Id, TargetId = kek.Id });
        }

        return FakeAnswer.Of(new DeletedResponse(project.Id, true), Json.DeletedResponse);
    }

    public static FakeAnswer ListKeys(FakeRequest request)
    {
        request.DemandApiKey();
        return FakeCursors.Page(request, request.Project().Keks, kek => kek.Id, kek => kek.ToResponse(), Json.KekResponse);
    }

    /// <summary>There is nothing to re-wrap: the KEK before is destroyed at once.</summary>
    public static FakeAnswer RotateKeys(FakeRequest request)
    {
        var project = Require(request, AuditActions.KekRotate);
        var (before, next) = (project.Keks[^1], new FakeKek(request.Workspace.NewId(Ids.Kek), request.Workspace.Now));
        before.State = KekStates.Destroyed;
        project.Keks.Add(next);
        request.Record(AuditActions.KekRotate, new AuditMetadata { ProjectId = project.Id, TargetId = next.Id });
        request.Record(AuditActions.KekDestroy, new AuditMetadata { ProjectId = project.Id, TargetId = before.Id });
        return FakeAnswer.Of(next.ToResponse(), Json.KekResponse, HttpStatusCode.Accepted);
    }

    /// <exception cref="FakeError">VALIDATION_ERROR: the name leaves no slug.</exception>
    public static string SlugOf(string name) => Names.Slug(name) is { Length: > 0 } slug
        ? slug
        : throw FakeErrors.Invalid("name", "must have at least one letter a-z or digit, for its slug");

    private static FakeProject Require(FakeRequest request, string action)
    {
        request.DemandApiKey(action);
        return request.Workspace.FindProject(request.Part("projectId"))
            ?? throw request.Refuse(action, FakeErrors.NotFound("project"));
    }
}
