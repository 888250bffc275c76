using System.Data.Common;
using Npgsql;
using Secronna.EndToEndTests.Backup;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Runs SQL on an installation's database, of either engine, bypassing the servers.</summary>
internal sealed class InstallationDatabase(TestInstallation installation)
{
    public const string CountUnfinishedRotations = "SELECT count(*) FROM installation WHERE rotation_began_at IS NOT NULL";

    private const string CountVersionsUnderDestroyedKeks =
        "SELECT count(*) FROM secret_versions v WHERE NOT EXISTS (SELECT 1 FROM project_keys k WHERE k.id = v.kek_id AND k.state <> 'destroyed') AND v.kek_id IS NOT NULL";

    /// <summary>Returns the rows of a query, each as text with <c>|</c> between columns.</summary>
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

    /// <summary>Returns all columns of the versions in the given environments, or of all versions if no id is given.</summary>
    public Task<List<string>> VersionsAsync(params string[] environmentIds) => RowsAsync(
        "SELECT v.* FROM secret_versions v JOIN secrets s ON s.id = v.secret_id"
        + (environmentIds.Length == 0 ? "" : $" WHERE s.environment_id IN ('{string.Join("', '", environmentIds)}')")
        + " ORDER BY v.secret_id, v.version");

    public Task<string> ActiveMasterKeyAsync() => ReadOneAsync("SELECT active_master_key_id FROM installation");

    /// <summary>Returns the given columns of the KEKs in a state, of one project or of all, oldest first.</summary>
    public Task<List<string>> KeksAsync(string state, string? projectId = null, string columns = "id") => RowsAsync(
        $"SELECT {columns} FROM project_keys WHERE state = '{state}'{(projectId is null ? "" : $" AND project_id = '{projectId}'")} ORDER BY id");

    /// <summary>Returns the given columns of the audit entries of an action that succeeded.</summary>
    public Task<List<string>> TrailAsync(string action, string columns = "target_id", string where = "1 = 1") => RowsAsync(
        $"SELECT {columns} FROM audit_entries WHERE action = '{action}' AND outcome = 'success' AND {where} ORDER BY target_id, sequence");

    /// <summary>Whether neither this project's KEK nor the master key is being rotated.</summary>
    public async Task<bool> HasNoRotationAsync(string projectId) =>
        await CountAsync(CountUnfinishedRotations) == 0 && (await KeksAsync("retiring", projectId)).Count == 0;

    /// <summary>
    /// Expects what must hold for a project's KEKs when no rotation is under way: each was created once, and each but the active one
    /// was destroyed once (S9, S10).
    /// </summary>
    public async Task ExpectKeksConsistentAsync(string projectId)
    {
        Assert.Equal(0, await CountAsync(CountVersionsUnderDestroyedKeks));
        var active = Assert.Single(await KeksAsync("active", projectId));
        var destroyed = await KeksAsync("destroyed", projectId);
        var where = $"project_id = '{projectId}'";
        Assert.Equal(destroyed, await TrailAsync("kek.destroy", where: where));
        Assert.Equal(destroyed.Append(active).Skip(1), await TrailAsync("kek.rotate", where: where));
        var versions = await CountAsync($"SELECT count(*) FROM secret_versions WHERE kek_id = '{active}'");
        Assert.True(await CountAsync($"SELECT wraps FROM project_keys WHERE id = '{active}'") >= versions, "fewer wraps are counted than there are data keys");
    }

    /// <summary>Expects that no master-key rotation is under way and that this master key wraps everything (S8).</summary>
    public async Task ExpectAllUnderMasterKeyAsync(string masterKeyId)
    {
        Assert.Equal(masterKeyId, await ActiveMasterKeyAsync());
        Assert.Equal(0, await CountAsync(CountUnfinishedRotations));
        Assert.Equal(0, await CountAsync($"SELECT count(*) FROM project_keys WHERE state <> 'destroyed' AND master_key_id <> '{masterKeyId}'"));
        Assert.Equal([$"started", "finished"], await TrailAsync("master_key.rotate", "name", $"target_id = '{masterKeyId}'"));
    }

    /// <summary>
    /// Removes a killed process from the table of nodes and expires its claims on work, as if enough time had passed since.
    /// </summary>
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
            return SqliteFile.Stranger(SqliteFile.ConnectionString(installation.DatabaseFile));
        }

        var connection = new NpgsqlConnection(text + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
