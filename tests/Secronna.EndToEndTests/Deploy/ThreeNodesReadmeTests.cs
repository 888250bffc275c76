using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Docs;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Deploy;

/// <summary>Runs the commands of the README for three nodes in order in one shell, on free ports.</summary>
public sealed class ThreeNodesReadmeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_commands_of_the_README_work_when_pasted_in_order()
    {
        await using var cluster = await PostgresCluster.StartNewAsync();
        DeployFiles.CopyTo(folder);
        await SetPortsAsync(cluster.Port);
        var readme = await File.ReadAllTextAsync(folder["deploy/three-nodes/README.md"]);

        var output = await RunAsync(string.Concat(ShellBlocks.Read(readme)), cluster.Port);

        var values = output.Split('\n').Where(line => line.StartsWith("{\"data\"", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line)!["data"] as JsonObject).Select(data => (string?)data?["value"]).OfType<string>();
        Assert.Equal(Enumerable.Repeat("postgres://db/app", 6), values);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ExecuteAsNodeAsync(cluster, "DROP TRIGGER trail_segments_keep ON trail_segments"));
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ExecuteAsNodeAsync(cluster, "DELETE FROM trail_segments"));
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private async Task SetPortsAsync(int postgresPort)
    {
        var file = folder["deploy/three-nodes/secronna.env"];
        var lines = (await File.ReadAllTextAsync(file)).Replace("Port=5432", $"Port={postgresPort}", StringComparison.Ordinal).Split('\n');
        var addresses = DeployFiles.NewAddresses();
        await File.WriteAllLinesAsync(file, lines.Select(line =>
            addresses.TryGetValue(line.Split('=')[0], out var address) ? $"{line.Split('=')[0]}={address}" : line));
    }

    private static async Task ExecuteAsNodeAsync(PostgresCluster cluster, string sql)
    {
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(cluster.ConnectionString("secronna")) { Username = "secronna", Pooling = false };
        await using var connection = new Npgsql.NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    // Puts the programs on the PATH, as an installation does, and points psql to the tests' PostgreSQL.
    private Task<string> RunAsync(string script, int postgresPort) => ShellBlocks.RunAsync(
        script,
        folder["deploy/three-nodes"],
        new Dictionary<string, string>
        {
            ["PATH"] = $"{Path.GetDirectoryName(ServerProgram.Path)}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin",
            ["PGHOST"] = "127.0.0.1",
            ["PGPORT"] = $"{postgresPort}",
            ["PGUSER"] = "postgres",
        },
        2 * Until.Patience);
}
