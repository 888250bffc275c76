using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Credentials;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Projects;

/// <summary>Creates, lists, renames and deletes projects. Each project has its own KEK from the start (S3).</summary>
internal sealed class ProjectService(
    Database database, KekCreation creation, KekRotation keks, Authorization authorization, Purger purger, TimeProvider time)
{
    public async Task<ProjectResponse> CreateAsync(Caller caller, string name)
    {
        await authorization.DemandAsync(caller, Operations.CreateProject);
        var now = time.GetUtcNow();
        var row = new ProjectRow(
            Ids.New(Ids.Project, now), caller.WorkspaceId, name, Slugs.Of(name), Instant.From(now).Microseconds, caller.ActorId);
        var entry = AuditRecord.Of(caller, time, Operations.CreateProject) with { ProjectId = row.Id, Name = name };
        try
        {
            await creation.CreateAsync(caller.WorkspaceId, row.Id, kek =>
                database.WriteAsync(async transaction =>
                {
                    await ProjectTable.InsertAsync(transaction, row);
                    await KekCreation.InsertAsync(transaction, kek);
                    transaction.Audit.Append(entry);
                    return true;
                }));
        }
        catch (UniqueViolationException)
        {
            throw Errors.NameTaken("a project");
        }
        catch (Exception exception) when (exception is MasterKeyException or RequestException { Code: ErrorCodes.Unavailable })
        {
            await database.AppendAsync(entry with { ProjectId = null, Outcome = AuditOutcomes.Failed });
            throw;
        }

        return Convert(row);
    }

    public async Task<Page<ProjectResponse>> ListAsync(Caller caller, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ListProjects);
        var rows = await database.ReadAsync(session =>
            GrantedLists.ProjectsAsync(session, caller, page.After ?? "", page.Limit + 1, new RowBudget()), caller.Aborted);
        return Page<ProjectResponse>.From(rows, page, Convert, row => row.Id);
    }

    public async Task<ProjectResponse> GetAsync(Caller caller, string id)
    {
        Authorization.Demand(caller, Operations.GetProject);
        var row = await database.ReadAsync(session =>
            ProjectTable.FindAsync(session, caller.WorkspaceId, id), caller.Aborted);
        return Convert(row.VisibleTo(caller) ?? throw Errors.NotFound("project"));
    }

    public async Task<ProjectResponse> GetBySlugAsync(Caller caller, string slug)
    {
        Authorization.Demand(caller, Operations.GetProject);
        var row = await database.ReadAsync(session =>
            ProjectTable.FindBySlugAsync(session, caller.WorkspaceId, slug), caller.Aborted);
        return Convert(row.VisibleTo(caller) ?? throw Errors.NotFound("project"));
    }

    public async Task<ProjectResponse> RenameAsync(Caller caller, string id, string name)
    {
        await authorization.DemandAsync(caller, Operations.RenameProject);
        var entry = AuditRecord.Of(caller, time, Operations.RenameProject) with { ProjectId = id, Name = name };
        var row = await database.WriteAsync(async transaction =>
        {
            if (!await ProjectTable.RenameAsync(transaction, caller.WorkspaceId, id, name))
            {
                return null;
            }

            transaction.Audit.Append(entry);
            return await ProjectTable.FindAsync(transaction, caller.WorkspaceId, id);
        });
        return Convert(row ?? throw await authorization.NotFoundAsync(caller, Operations.RenameProject, "project", id));
    }

    /// <summary>
    /// Destroys the project's KEKs, which makes every value in the project unreadable. A background service removes the rest.
    /// </summary>
    public async Task<DeletedResponse> DeleteAsync(Caller caller, string id, bool force)
    {
        await authorization.DemandAsync(caller, Operations.DeleteProject);
        var now = Instant.From(time.GetUtcNow()).Microseconds;
        var destroyed = await database.WriteAsync(async transaction =>
        {
            if (await ProjectTable.LockAsync(transaction, caller.WorkspaceId, id) is not { } project)
            {
                return null;
            }

            // Transactions that write with a KEK lock it, so the destruction waits for them. Later transactions find the KEK
            // destroyed.
            var keks = await KekRetirement.DestroyAllAsync(transaction, id);
            if (!force && await ProjectTable.HasSecretsAsync(transaction, id))
            {
                throw Errors.NotEmpty("project");
            }

            await ProjectTable.MarkDeletedAsync(transaction, caller.WorkspaceId, id, now);
            transaction.Audit.Append(AuditRecord.Of(caller, time, Operations.DeleteProject) with
            {
                ProjectId = id,
                Name = project.Name,
            });
            await CredentialService.RemoveGrantsAsync(transaction, caller, time, project.Slug, null);
            foreach (var kek in keks)
            {
                transaction.Audit.Append(AuditRecord.Of(caller, time, AuditActions.KekDestroy) with
                {
                    ProjectId = id,
                    TargetId = kek,
                });
            }

            return keks;
        }, weight: Limits.Credentials); // it looks at the grants of all of them
        keks.Forget(destroyed ?? throw await authorization.NotFoundAsync(caller, Operations.DeleteProject, "project", id));
        purger.Wake();
        return new DeletedResponse(id, true);
    }

    private static ProjectResponse Convert(ProjectRow row) =>
        new(row.Id, row.Name, row.Slug, new Instant(row.CreatedAt), row.CreatedBy);
}
