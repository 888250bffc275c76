using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Credentials;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Projects;

/// <summary>Projects: each with a KEK of its own from the start (S3).</summary>
internal sealed class ProjectService(
    Database database, KekRotation keks, Authorization authorization, Purger purger, TimeProvider time)
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
            await keks.WriteNewAsync(caller.WorkspaceId, row.Id, kek =>
                database.WriteAsync((row, kek, entry), static async (transaction, it) =>
                {
                    await ProjectTable.InsertAsync(transaction, it.row);
                    await KekRotation.InsertAsync(transaction, it.kek);
                    transaction.Audit.Append(it.entry);
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
        var rows = await database.ReadAsync((caller, page), static (session, it) =>
            GrantedLists.ProjectsAsync(session, it.caller, it.page.After ?? "", it.page.Limit + 1));
        return Page<ProjectResponse>.From(rows, page, Convert, row => row.Id);
    }

    public async Task<ProjectResponse> GetAsync(Caller caller, string id)
    {
        Authorization.Demand(caller, Operations.GetProject);
        var row = await database.ReadAsync((caller.WorkspaceId, id), static (session, it) =>
            ProjectTable.FindAsync(session, it.WorkspaceId, it.id));
        return Convert(row.VisibleTo(caller) ?? throw Errors.NotFound("project"));
    }

    public async Task<ProjectResponse> GetBySlugAsync(Caller caller, string slug)
    {
        Authorization.Demand(caller, Operations.GetProject);
        var row = await database.ReadAsync((caller.WorkspaceId, slug), static (session, it) =>
            ProjectTable.FindBySlugAsync(session, it.WorkspaceId, it.slug));
        return Convert(row.VisibleTo(caller) ?? throw Errors.NotFound("project"));
    }

    public async Task<ProjectResponse> RenameAsync(Caller caller, string id, string name)
    {
        await authorization.DemandAsync(caller, Operations.RenameProject);
        var entry = AuditRecord.Of(caller, time, Operations.RenameProject) with { ProjectId = id, Name = name };
        var row = await database.WriteAsync((caller.WorkspaceId, id, name, entry), static async (transaction, it) =>
        {
            if (!await ProjectTable.RenameAsync(transaction, it.WorkspaceId, it.id, it.name))
            {
                return null;
            }

            transaction.Audit.Append(it.entry);
            return await ProjectTable.FindAsync(transaction, it.WorkspaceId, it.id);
        });
        return Convert(row ?? throw await authorization.NotFoundAsync(caller, Operations.RenameProject, "project", id));
    }

    /// <summary>Destroys the project's KEKs, which makes every value in it unreadable; the rest goes in the background.</summary>
    public async Task<DeletedResponse> DeleteAsync(Caller caller, string id, bool force)
    {
        await authorization.DemandAsync(caller, Operations.DeleteProject);
        var now = Instant.From(time.GetUtcNow()).Microseconds;
        var destroyed = await database.WriteAsync((time, caller, id, force, now), static async (transaction, it) =>
        {
            if (await ProjectTable.LockAsync(transaction, it.caller.WorkspaceId, it.id) is not { } project)
            {
                return null;
            }

            // Waits for writers, who hold the KEK that they use; those that come later find it destroyed.
            var keks = await KekRetirement.DestroyAllAsync(transaction, it.id);
            if (!it.force && await ProjectTable.HasSecretsAsync(transaction, it.id))
            {
                throw Errors.NotEmpty("project");
            }

            await ProjectTable.MarkDeletedAsync(transaction, it.caller.WorkspaceId, it.id, it.now);
            transaction.Audit.Append(AuditRecord.Of(it.caller, it.time, Operations.DeleteProject) with
            {
                ProjectId = it.id,
                Name = project.Name,
            });
            await CredentialService.DropGrantsAsync(transaction, it.caller, it.time, project.Slug, null);
            foreach (var kek in keks)
            {
                transaction.Audit.Append(AuditRecord.Of(it.caller, it.time, AuditActions.KekDestroy) with
                {
                    ProjectId = it.id,
                    TargetId = kek,
                });
            }

            return keks;
        });
        keks.Forget(destroyed ?? throw await authorization.NotFoundAsync(caller, Operations.DeleteProject, "project", id));
        purger.Wake();
        return new DeletedResponse(id, true);
    }

    private static ProjectResponse Convert(ProjectRow row) =>
        new(row.Id, row.Name, row.Slug, new Instant(row.CreatedAt), row.CreatedBy);
}
