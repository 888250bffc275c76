using System.Security.Cryptography;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Storage.Packing;

/// <summary>
/// Records in each workspace's trail which ciphertext each version has that was written before entries of writes said so. So a
/// version that is exchanged later can be found.
/// </summary>
internal sealed class VersionHashing(MigrationSlices slices, TrailEncoding encoding, Action<string> progress)
{
    private const int SliceSecrets = 200;
    private const int WorkspacesInPage = 500;

    private readonly Session session = slices.Session;
    private long hashed;

    /// <summary>Records the hashes of all workspaces. What was recorded before a stop is not recorded again.</summary>
    public async ValueTask RunAsync()
    {
        var after = "";
        while (await WorkspaceTable.ListAsync(session, after, WorkspacesInPage) is { Count: > 0 } workspaces)
        {
            foreach (var workspace in workspaces)
            {
                await slices.RunAsync(() => HashAsync(workspace.Id));
            }

            after = workspaces[^1].Id;
        }
    }

    private async ValueTask<bool> HashAsync(string workspaceId)
    {
        var secrets = await ListSecretsAsync(workspaceId, await FindPlaceAsync(workspaceId));
        if (secrets.Count == 0)
        {
            return false;
        }

        var hashes = new List<VersionHash>();
        foreach (var secretId in secrets)
        {
            hashes.AddRange(await HashVersionsAsync(secretId));
        }

        await AppendAsync(workspaceId, hashes);
        await SetPlaceAsync(workspaceId, secrets[^1]);
        hashed += hashes.Count;
        progress($"{hashed:N0} versions recorded");
        return true;
    }

    private async ValueTask AppendAsync(string workspaceId, List<VersionHash> hashes)
    {
        var end = await TrailSegmentTable.FindEndAsync(session, workspaceId);
        var at = Math.Max(end.At, await NowAsync());
        await SegmentInsert.RunAsync(session, workspaceId, end.LastSequence + 1, [.. hashes.Chunk(TrailEncoding.MaxHashes)
            .Select(part => new EncodedEntry(workspaceId, encoding.Hashes(workspaceId, part), at))]);
    }

    private async ValueTask<long> NowAsync()
    {
        await using var clock = session.Prepare("SELECT now_us()");
        return await clock.ReadAsync() ? clock.GetInt64(0) : 0;
    }

    private async ValueTask<List<VersionHash>> HashVersionsAsync(string secretId)
    {
        await using var query = session.Prepare("""
            SELECT version, ciphertext FROM secret_versions WHERE secret_id = $1 AND ciphertext IS NOT NULL ORDER BY version
            """);
        return await query.Bind(secretId).ReadAllAsync(row =>
            new VersionHash(secretId, row.GetInt32(0), SHA256.HashData(row.GetBlob(1))));
    }

    private async ValueTask<List<string>> ListSecretsAsync(string workspaceId, string after)
    {
        await using var query = session.Prepare("""
            SELECT id FROM secrets WHERE workspace_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3
            """);
        return await query.Bind(workspaceId).Bind(after).Bind(SliceSecrets).ReadAllAsync(row => row.GetText(0));
    }

    private async ValueTask<string> FindPlaceAsync(string workspaceId)
    {
        await using var query = session.Prepare("SELECT hashed_to FROM trail_migration WHERE workspace_id = $1");
        return await query.Bind(workspaceId).ReadAsync() ? query.GetText(0) : "";
    }

    private async ValueTask SetPlaceAsync(string workspaceId, string secretId)
    {
        await using var upsert = session.Prepare("""
            INSERT INTO trail_migration (workspace_id, hashed_to) VALUES ($1, $2)
            ON CONFLICT (workspace_id) DO UPDATE SET hashed_to = excluded.hashed_to
            """);
        await upsert.Bind(workspaceId).Bind(secretId).ExecuteAsync();
    }
}
