using System.Data.Common;
using Npgsql;
using Secronna.EndToEndTests.Backup;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>What is stored of keys, read and changed past the servers, whichever the engine.</summary>
internal sealed class InstallationDatabase(TestInstallation installation)
{
    public const string CountUnfinishedRotations = "SELECT count(*) FROM installation WHERE rotation_began_at IS NOT NULL";

    private const string UnderDestroyed =
        "SELECT count(*) FROM secret_versions v WHERE NOT EXISTS (SELECT 1 FROM project_keys k WHERE k.id = v.kek_id AND k.state <> 'destroyed') AND v.kek_id IS NOT NULL";

    /// <summary>A query's rows, each as text.</summary>
    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = await OpenAsync();
        return await DatabaseContents.RowsAsync(connection, sql);
    }

    public async Task<string> ReadOneAsync(string sql) => Assert.Single(await RowsAsync(sql));

    public async Task<long> CountAsync(string sql) => long.Parse(await ReadOneAsync(sql), System.Globalization.CultureInfo.InvariantCulture);

    public async Task RunAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every byte of the versions in some environments: no ids stand for all of them.</summary>
    public Task<List<string>> VersionsAsync(params string[] environmentIds) => RowsAsync(
        "SELECT v.* FROM secret_versions v JOIN secrets s ON s.id = v.secret_id"
        + (environmentIds.Length == 0 ? "" : $" WHERE s.environment_id IN ('{string.Join("', '", environmentIds)}')")
        + " ORDER BY v.secret_id, v.version");

    public Task<string> ActiveMasterKeyAsync() => ReadOneAsync("SELECT active_master_key_id FROM installation");

    /// <summary>A KEK's id, state and what else is asked for, of one project or all, oldest first.</summary>
    public Task<List<string>> KeksAsync(string state, string? projectId = null, string columns = "id") => RowsAsync(
        $"SELECT {columns} FROM project_keys WHERE state = '{state}'{(projectId is null ? "" : $" AND project_id = '{projectId}'")} ORDER BY id");

    /// <summary>What the trail says that was done, with whom it was done to: an action of success.</summary>
    public Task<List<string>> TrailAsync(string action, string columns = "target_id", string where = "1 = 1") => RowsAsync(
        $"SELECT {columns} FROM audit_entries WHERE action = '{action}' AND outcome = 'success' AND {where} ORDER BY target_id, sequence");

    /// <summary>No rotation is under way, of this project or of the master key.</summary>
    public async Task<bool> HasNoRotationAsync(string projectId) =>
        await CountAsync(CountUnfinishedRotations) == 0 && (await KeksAsync("retiring", projectId)).Count == 0;

    /// <summary>What holds of a project's KEKs when no rotation is under way: each was made once, and destroyed once (S9, S10).</summary>
    public async Task ExpectKeksConsistentAsync(string projectId)
    {
        Assert.Equal(0, await CountAsync(UnderDestroyed));
        var active = Assert.Single(await KeksAsync("active", projectId));
        var destroyed = await KeksAsync("destroyed", projectId);
        var where = $"project_id = '{projectId}'";
        Assert.Equal(destroyed, await TrailAsync("kek.destroy", where: where));
        Assert.Equal(destroyed.Append(active).Skip(1), await TrailAsync("kek.rotate", where: where));
        var versions = await CountAsync($"SELECT count(*) FROM secret_versions WHERE kek_id = '{active}'");
        Assert.True(await CountAsync($"SELECT wraps FROM project_keys WHERE id = '{active}'") >= versions, "fewer wraps are counted than there are data keys");
    }

    /// <summary>What holds of master keys when no rotation is under way: everything is under this one (S8).</summary>
    public async Task ExpectAllUnderMasterKeyAsync(string masterKeyId)
    {
        Assert.Equal(masterKeyId, await ActiveMasterKeyAsync());
        Assert.Equal(0, await CountAsync(CountUnfinishedRotations));
        Assert.Equal(0, await CountAsync($"SELECT count(*) FROM project_keys WHERE state <> 'destroyed' AND master_key_id <> '{masterKeyId}'"));
        Assert.Equal([$"started", "finished"], await TrailAsync("master_key.rotate", "name", $"target_id = '{masterKeyId}'"));
    }

    /// <summary>As if time had passed since a process was killed: nobody waits for it any more.</summary>
    public async Task ExpireWorkOfProcessAsync(int processId)
    {
        await RunAsync($"DELETE FROM nodes WHERE name LIKE '%(process {processId})'");
        await RunAsync("UPDATE project_keys SET worked_until = 0 WHERE worker NOT IN (SELECT id FROM nodes)");
        await RunAsync("UPDATE installation SET worked_until = 0 WHERE worker NOT IN (SELECT id FROM nodes)");
    }

    private async Task<DbConnection> OpenAsync()
    {
        if (!installation.Environment.TryGetValue("Secronna__Storage__ConnectionString", out var text))
        {
            return await SqliteFile.OpenAsync(installation.DatabaseFile);
        }

        var connection = new NpgsqlConnection(text + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
