using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Backup;
using Secronna.Server.Features.Credentials;
using Secronna.Server.Features.Environments;
using Secronna.Server.Features.Projects;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Features.Workspaces;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>
/// Does again, in a restored database, what was taken away after its backup was made. Each change is recorded as the operator's
/// (S19).
/// </summary>
internal sealed class ChangesAgain(Database database, IServiceProvider services, TimeProvider time)
{
    private readonly List<string> left = [];

    /// <summary>How many changes were done.</summary>
    public int Done { get; private set; }

    /// <summary>What could not be done again, and what the operator has to do about it.</summary>
    public IReadOnlyList<string> Left => left;

    /// <summary>Does the changes of one workspace.</summary>
    public async Task RunAsync(string workspaceId, LaterChanges changes)
    {
        var caller = Caller.Operator(workspaceId) with { Role = Role.Admin };
        foreach (var id in changes.ApiKeys)
        {
            await RevokeAsync(caller, ActorTypes.ApiKey, id);
        }

        foreach (var id in changes.AccessKeys)
        {
            await RevokeAsync(caller, ActorTypes.AccessKey, id);
        }

        foreach (var (id, key) in changes.ChangedKeys)
        {
            await NarrowAsync(caller, id, key);
        }

        await DeleteAsync(caller, changes);
        if (changes.IsDenied && await database.ReadAsync(session => WorkspaceTable.IsAllowedAsync(session, workspaceId)))
        {
            await WorkspaceService.DenyAsync(caller, database, time);
            Done++;
        }
    }

    /// <summary>Revokes all credentials.</summary>
    public async Task RevokeAllAsync()
    {
        await foreach (var workspace in WorkspaceService.ListAsync(database))
        {
            var caller = Caller.Operator(workspace.Id) with { Role = Role.Admin };
            await foreach (var row in ValidKeys.ListAsync(database, workspace.Id))
            {
                await RevokeAsync(caller, row.Kind, row.Id);
            }
        }
    }

    private async Task DeleteAsync(Caller caller, LaterChanges changes)
    {
        foreach (var id in changes.Secrets)
        {
            await DoAsync(await FindAsync(SecretTable.FindAsync, caller, id), () => services.GetRequiredService<SecretService>().DeleteAsync(caller, id));
        }

        foreach (var id in changes.Environments)
        {
            await DoAsync(await FindAsync(EnvironmentTable.FindAsync, caller, id),
                () => services.GetRequiredService<EnvironmentService>().DeleteAsync(caller, id, force: true));
        }

        foreach (var id in changes.Projects)
        {
            await DoAsync(await FindAsync(ProjectTable.FindAsync, caller, id),
                () => services.GetRequiredService<ProjectService>().DeleteAsync(caller, id, force: true));
        }

        foreach (var (secretId, version) in changes.Versions)
        {
            await DestroyAsync(caller, secretId, version);
        }
    }

    // A version that is current in the backup had a successor, which is lost. Without it the secret has no other value.
    private async Task DestroyAsync(Caller caller, string secretId, int version)
    {
        if (await FindAsync(SecretTable.FindAsync, caller, secretId) is not { } secret
            || await database.ReadAsync(session => VersionTable.IsDestroyedAsync(session, secretId, version)) is not false)
        {
            return;
        }

        if (secret.CurrentVersion == version)
        {
            left.Add($"version {version} of {secret.Path} was destroyed after the backup, and is its current value again: write a new value, then destroy that version");
            return;
        }

        await DoAsync(secret, () => services.GetRequiredService<VersionDestruction>().DestroyAsync(caller, secretId, version));
    }

    private async Task RevokeAsync(Caller caller, string kind, string id)
    {
        var key = await FindKeyAsync(caller, kind, id);
        var revocation = services.GetRequiredService<CredentialRevocation>();
        await DoAsync(key, async () => _ = kind == ActorTypes.ApiKey
            ? (object)await revocation.DeleteApiKeyAsync(caller, id, cascade: false)
            : await revocation.RevokeAccessKeyAsync(caller, id));
    }

    // A key's life is counted in days. The part of a day that is over is taken away.
    private async Task NarrowAsync(Caller caller, string id, LaterKey later)
    {
        if (await FindKeyAsync(caller, ActorTypes.AccessKey, id) is not { } key)
        {
            return;
        }

        var expiry = later.ExpiresAt is { } at && (key.ExpiresAt is null || at.Microseconds < key.ExpiresAt)
            ? new KeyExpiry((int)(at.ToDateTimeOffset() - time.GetUtcNow()).TotalDays)
            : null;
        if (expiry?.Days < 1)
        {
            await RevokeAsync(caller, ActorTypes.AccessKey, id);
            return;
        }

        var grants = later.Grants is { } wanted ? NarrowedGrants.Of(StoredGrants.TryRead(key) ?? [], wanted) : null;
        if (expiry is not null || (grants is not null && StoredGrants.Write(grants) != key.Grants))
        {
            await DoAsync(key, () => services.GetRequiredService<CredentialService>().UpdateAccessKeyAsync(
                caller, id, new AccessKeyChange(null, expiry, grants)));
        }
    }

    private async Task<CredentialRow?> FindKeyAsync(Caller caller, string kind, string id) =>
        await database.ReadAsync(session => CredentialTable.FindAsync(session, caller.WorkspaceId, kind, id)) is { RevokedAt: null } key ? key : null;

    private async Task<T?> FindAsync<T>(Func<Session, string, string, ValueTask<T?>> find, Caller caller, string id) where T : class =>
        await database.ReadAsync(session => find(session, caller.WorkspaceId, id));

    private async Task DoAsync(object? found, Func<Task> change)
    {
        if (found is not null)
        {
            await change();
            Done++;
        }
    }
}
