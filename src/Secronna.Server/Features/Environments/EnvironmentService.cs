using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Credentials;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Environments;

/// <summary>Creates, lists, changes and deletes the environments of a project.</summary>
internal sealed class EnvironmentService(
    Database database, Authorization authorization, Purger purger, TimeProvider time)
{
    public async Task<EnvironmentResponse> CreateAsync(Caller caller, string projectId, string name)
    {
        await authorization.DemandAsync(caller, Operations.CreateEnvironment);
        var now = time.GetUtcNow();
        var row = new EnvironmentRow(
            Ids.New(Ids.Environment, now), caller.WorkspaceId, projectId, "", "", name, Slugs.Of(name),
            Instant.From(now).Microseconds, 0);
        var entry = AuditRecord.Of(caller, time, Operations.CreateEnvironment) with
        {
            ProjectId = projectId,
            EnvironmentId = row.Id,
            Name = name,
        };
        bool found;
        try
        {
            found = await database.WriteAsync(async transaction =>
            {
                if (!await EnvironmentTable.InsertAsync(transaction, row, entry.ActorId))
                {
                    return false;
                }

                transaction.Audit.Append(entry);
                return true;
            });
        }
        catch (UniqueViolationException)
        {
            throw Errors.NameTaken("an environment");
        }

        return found
            ? Convert(row)
            : throw await authorization.NotFoundAsync(caller, Operations.CreateEnvironment, "project", projectId);
    }

    public async Task<Page<EnvironmentResponse>> ListAsync(Caller caller, string projectId, PageRequest page)
    {
        Authorization.Demand(caller, Operations.ListEnvironments);
        var rows = await database.ReadAsync(async session =>
            (await ProjectTable.FindAsync(session, caller.WorkspaceId, projectId)).VisibleTo(caller) is null
                ? throw Errors.NotFound("project")
                : await GrantedLists.EnvironmentsAsync(session, caller, projectId, page.After ?? "", page.Limit + 1, new RowBudget()),
            caller.Aborted);
        return Page<EnvironmentResponse>.From(rows, page, Convert, row => row.Id);
    }

    public async Task<EnvironmentResponse> GetAsync(Caller caller, string id)
    {
        Authorization.Demand(caller, Operations.GetEnvironment);
        var row = await database.ReadAsync(session =>
            EnvironmentTable.FindAsync(session, caller.WorkspaceId, id), caller.Aborted);
        return Convert(row.VisibleTo(caller) ?? throw Errors.NotFound("environment"));
    }

    public async Task<EnvironmentPathResponse> GetBySlugAsync(Caller caller, string projectSlug, string slug)
    {
        Authorization.Demand(caller, Operations.GetEnvironment);
        var found = await database.ReadAsync(session =>
            EnvironmentTable.FindBySlugAsync(session, caller.WorkspaceId, projectSlug, slug), caller.Aborted);
        var row = found.VisibleTo(caller) ?? throw Errors.NotFound("environment");
        return new EnvironmentPathResponse(
            new NamedReference(row.ProjectId, row.ProjectName, row.ProjectSlug),
            new NamedReference(row.Id, row.Name, row.Slug));
    }

    /// <summary>
    /// Changes the name, or whether reveals need a reason. Reveals that read the environment before the change commits are done
    /// as before it.
    /// </summary>
    public async Task<EnvironmentResponse> ChangeAsync(Caller caller, string id, EnvironmentChangeRequest change)
    {
        await authorization.DemandAsync(
            caller, Operations.ChangeEnvironment,
            withOptional: change.RequireReason is not null, liftsGuard: change.RequireReason is false);
        var row = await database.WriteAsync(async transaction =>
        {
            if (await EnvironmentTable.LockAsync(transaction, caller.WorkspaceId, id) is not { } before)
            {
                return null;
            }

            var after = before with
            {
                Name = change.Name ?? before.Name,
                RequiresReason = change.RequireReason ?? before.RequiresReason,
            };
            await EnvironmentTable.UpdateAsync(transaction, after);
            transaction.Audit.Append(AuditRecord.Of(caller, time, Operations.ChangeEnvironment) with
            {
                ProjectId = after.ProjectId,
                EnvironmentId = after.Id,
                Name = after.Name,
                Details = AuditDetails.OfChange(before, after),
            });
            return after;
        });
        return Convert(row ?? throw await authorization.NotFoundAsync(caller, Operations.ChangeEnvironment, "environment", id));
    }

    public async Task<DeletedResponse> DeleteAsync(Caller caller, string id, bool force)
    {
        await authorization.DemandAsync(caller, Operations.DeleteEnvironment);
        var found = await database.WriteAsync(async transaction =>
        {
            if (await EnvironmentTable.LockAsync(transaction, caller.WorkspaceId, id) is not { } found)
            {
                return false;
            }

            if (!force && found.SecretCount > 0)
            {
                throw Errors.NotEmpty("environment");
            }

            var now = Instant.From(time.GetUtcNow()).Microseconds;
            await EnvironmentTable.MarkDeletedAsync(transaction, caller.WorkspaceId, id, now);
            await CredentialService.RemoveGrantsAsync(transaction, caller, time, found.ProjectSlug, found.Slug);
            transaction.Audit.Append(AuditRecord.Of(caller, time, Operations.DeleteEnvironment) with
            {
                ProjectId = found.ProjectId,
                EnvironmentId = found.Id,
                Name = found.Name,
            });
            return true;
        }, weight: Limits.Credentials); // it looks at the grants of all of them
        if (!found)
        {
            throw await authorization.NotFoundAsync(caller, Operations.DeleteEnvironment, "environment", id);
        }

        purger.Wake();
        return new DeletedResponse(id, true);
    }

    private static EnvironmentResponse Convert(EnvironmentRow row) =>
        new(row.Id, row.Name, row.Slug, row.RequiresReason, new Instant(row.CreatedAt));
}
